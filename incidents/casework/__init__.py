"""Working on a case together: review, verification, comments, questions, the risk screen."""
