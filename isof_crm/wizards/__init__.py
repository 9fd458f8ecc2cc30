from . import activity, contractor, plan, segment, succession
