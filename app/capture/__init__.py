"""HOW a run becomes a trace: rewriting, monitoring, the tracing loop, previews.

Runs in the child process alone (`python -m app.capture`), on every supported Python, and imports
nothing but `app.trace` and the standard library.

A recording has three sources. `sys.monitoring` tells when a frame starts, resumes, yields,
returns, or is left by an exception (`monitor`). The snippet's syntax tree is rewritten for what
no monitor reports (`rewrite`). asyncio's own Python functions are watched for what the event
loop, tasks and futures do (`asyncio_watch`). What they tell is put together by a model of who
delegates to whom (`delegation`), which makes every hop of PEP 380 out of it.
"""
