"""Lists of contacts as users have them: pasted lines, CSV files and workbooks.

Only the first column counts: a name, VAT number, e-mail address, reference or phone number.
"""

import csv
import io
import zipfile
from itertools import islice

import openpyxl

# The longest list, the longest entry of it, and how large a file may be, packed and unpacked: a
# workbook of a few kilobytes can be made to hold gigabytes.
MAX_ENTRIES = 10_000
MAX_LENGTH = 500
MEGABYTE = 2**20
MAX_FILE = 5 * MEGABYTE
MAX_UNPACKED = 30 * MEGABYTE
# No sheet has more rows than Excel can show; a file may say so all the same.
MAX_ROWS = 2**20
# What Polish Windows programs write where it is not UTF-8.
ENCODINGS = ("utf-8-sig", "cp1250")
DELIMITERS = ";\t,"


class TooLarge(ValueError):  # noqa: N818
    """A list has more than ``MAX_ENTRIES``, an entry, or its file, is too large."""


def read_pasted(text):
    r"""Return the entries of pasted lines, empty ones left out.

    A tab ends the entry: the columns after the first of cells copied from a workbook.

    :raises TooLarge: when the list or an entry is longer than the limits

    >>> read_pasted("Alfa Hurt\n\n  5260250274 \nBeta, Sp. z o.o.\tWarsaw")
    ['Alfa Hurt', '5260250274', 'Beta, Sp. z o.o.']
    """
    return _collect(line.partition("\t")[0] for line in text.splitlines())


def read_file(name, content):
    r"""Return the entries of the first column of a file, empty ones left out.

    :param str name: file name; ``.xlsx`` is read as a workbook, everything else as CSV
    :param bytes content: the file
    :return: list of str
    :raises TooLarge: when the file, the list or an entry is larger than the limits
    :raises ValueError: if the file is none of both, or damaged

    >>> read_file("list.csv", 'Name;City\n"Łąka; S.A.";Łódź\n'.encode("cp1250"))
    ['Name', 'Łąka; S.A.']
    >>> read_file("list.xlsx", b"PK but no workbook")
    Traceback (most recent call last):
    ...
    ValueError: not a workbook
    """
    if len(content) > MAX_FILE:
        raise TooLarge(f"more than {MAX_FILE} bytes")
    is_workbook = name.lower().endswith(".xlsx")
    try:
        return _collect((_read_workbook if is_workbook else _read_csv)(content))
    except TooLarge:
        raise
    except Exception as error:
        # a damaged workbook makes openpyxl and what it reads with raise whatever they stumble on
        raise ValueError("not a workbook" if is_workbook else "not a text file") from error


def _collect(cells):
    """Return what is in the cells of a column as text, empty ones left out.

    >>> _collect([" Alfa ", None, ""])
    ['Alfa']
    """
    texts = map(_to_text, cells)
    entries = list(islice((text for text in texts if text), MAX_ENTRIES + 1))
    if len(entries) > MAX_ENTRIES:
        raise TooLarge(f"more than {MAX_ENTRIES} entries")
    longest = max(map(len, entries), default=0)
    if longest > MAX_LENGTH:
        raise TooLarge(f"an entry of {longest} characters")
    return entries


def _read_workbook(content):
    packed = io.BytesIO(content)
    with zipfile.ZipFile(packed) as archive:
        # nothing that unpacks to more than it says is read
        if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED:
            raise TooLarge(f"more than {MAX_UNPACKED} bytes unpacked")
    book = openpyxl.load_workbook(packed, read_only=True, data_only=True)
    for row in book.worksheets[0].iter_rows(max_row=MAX_ROWS, max_col=1, values_only=True):
        yield from row


def _read_csv(content):
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise ValueError("not a text file")
    if "\0" in text:
        raise ValueError("not a text file")
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    for row in csv.reader(io.StringIO(text), delimiter=delimiter):
        yield from row[:1]


def _to_text(cell):
    """Return a cell as text; numbers, such as VAT numbers, without a fraction.

    >>> _to_text(5260250274.0), _to_text(None), _to_text(" Alfa ")
    ('5260250274', '', 'Alfa')
    """
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()
