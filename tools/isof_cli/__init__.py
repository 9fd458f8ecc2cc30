"""What ``./isof`` does, one module per concern, on the standard library alone.

``main`` reads the command line. Below it: ``serve`` (run), ``testing`` (test),
``doctor`` and ``lint`` are the commands; ``databases`` makes databases, on what
was set up by ``odoo_source``, ``venv``, ``postgres`` and ``system``;
``odoo`` runs it. ``config`` knows the folders and the add-ons, ``console`` talks to the
user, ``programs`` runs what sets things up, ``store`` keeps what was built and locks it.
"""
