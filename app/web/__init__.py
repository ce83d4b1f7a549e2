"""HTTP: pages, JSON API and embeds. Routes translate and do not think."""
