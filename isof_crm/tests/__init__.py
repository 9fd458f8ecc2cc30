from .activity import *
from .base import *
from .consent import *
from .contractor import *
from .export import *
from .my_day import *
from .segment import *
from .succession import *
