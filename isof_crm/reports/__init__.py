from . import activity, consent, export, segment
