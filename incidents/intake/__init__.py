"""The step-by-step form that makes a document, the quick record, and drafts."""
