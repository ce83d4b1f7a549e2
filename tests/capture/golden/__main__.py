"""Write the steps of every golden snippet anew."""

from tests.capture.test_golden import SNIPPETS, recorded, written

for snippet in SNIPPETS:
    snippet.with_suffix(".steps").write_text(written(recorded(snippet)), "utf-8")
