"""What Yieldscope costs: each figure is a ratio of things measured side by side, in one run.

`make bench` prints the table that stands in README.md. Every measurement runs in a process of its
own, in turn with those it is compared with, and the median of several rounds counts.
"""
