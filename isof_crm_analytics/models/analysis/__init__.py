"""Saved analyses: tables, workbooks and what is mailed of them.

It owns analyses and their schedules. It knows what can be analysed by the datasets that models
declare.
"""

from . import (
    isof_analysis,
    isof_analysis_measure,
    isof_analysis_schedule,
    isof_analysis_table,
    isof_analysis_workbook,
    isof_hand_over,
)
