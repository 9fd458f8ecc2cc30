from .approval import *
from .availability import *
from .booking import *
from .resource import *
from .series import *
