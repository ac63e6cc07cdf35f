"""Keys, grants, sealing and opening: the only importer of ``cryptography``.

Outside code meets two doors. ``case_door`` opens what only an organisation's researchers may read; ``facts_door`` opens
the coded facts and the summaries that were granted to analysts and advocates. They are modules of their own so that the
import graph shows who can reach what.
"""
