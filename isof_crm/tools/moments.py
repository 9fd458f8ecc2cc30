"""Moments as the reader writes them: on his or her clock, in the formats of the language.

Odoo's own ``format_datetime`` has seconds, or else takes what Babel knows of the language, whatever
was chosen for it under *Languages*.
"""

import re

from odoo.tools.misc import babel_locale_parse, format_datetime, get_lang, posix_to_ldml


def format_moment(env, moment):
    """Return the day and the time of a naive UTC datetime for the user of an environment."""
    lang = get_lang(env)
    return _format(env, moment, f"{lang.date_format} {_strip_seconds(lang.time_format)}")


def format_clock(env, moment):
    """Return the time alone; see ``format_moment``."""
    return _format(env, moment, _strip_seconds(get_lang(env).time_format))


def _format(env, moment, posix):
    locale = babel_locale_parse(get_lang(env).code)
    pattern = posix_to_ldml(posix, locale=locale)
    return format_datetime(env, moment, env.tz.zone, dt_format=pattern)


def _strip_seconds(posix):
    """Return a format of times without seconds and what separates them.

    >>> _strip_seconds("%I:%M:%S %p"), _strip_seconds("%H.%M.%S"), _strip_seconds("%H:%M")
    ('%I:%M %p', '%H.%M', '%H:%M')
    """
    return re.sub(r"[^%\w]?%S", "", posix)
