from . import availability, booking, series
