"""CPython's own tests, run as snippets: what they find does not change when the recorder looks on.

Each module of tests is one snippet. It runs plainly, which is in a snippet's world without a recorder
(`tests.capture.plain`), and under the recorder, each time in a child of its own, and each of its tests gets a verdict.
It runs also in Python itself, to compare that world with.

`modules` says which are run, `child` is the child, `verdicts` sees to it that every test gets its verdict, and
`disagreements` lists the tests on which plain and recorded runs cannot agree, with the reason.
"""
