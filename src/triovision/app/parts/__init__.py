"""Our own elements in the browser: plain JavaScript beside each module, all text from the catalogue, set as text."""
