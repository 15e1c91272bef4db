// PolicyFormats
