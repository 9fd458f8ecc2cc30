from . import activity, contractor, segment, succession
