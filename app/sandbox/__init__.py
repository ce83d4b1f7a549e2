"""WHERE a run happens: in a confined child that answers through a journal.

The server never runs a snippet itself and never imports the recorder. It has a *fork server*, a
clean process with the recorder imported (`forkserver`), fork a child for each run. `warm` starts
and replaces the fork server, `forkclient` talks to it, `runner` lets runs take turns, and `child`
sees one from its start to its trace. `cold` starts an interpreter for each run, unconfined.

Nothing is imported here: the fork server must import the recorder before anything else.
"""
