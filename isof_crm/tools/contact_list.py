"""Lists of contacts as users have them: pasted lines, CSV files and workbooks.

Only the first column counts: a name, VAT number, e-mail address, reference or phone number.
"""

import csv
import io
import zipfile

import openpyxl

# What Polish Windows programs write where it is not UTF-8.
ENCODINGS = ("utf-8-sig", "cp1250")
DELIMITERS = ";\t,"


def read_pasted(text):
    r"""Return the entries of pasted lines, empty ones left out.

    A tab ends the entry: the columns after the first of cells copied from a workbook.

    >>> read_pasted("Alfa Hurt\n\n  5260250274 \nBeta, Sp. z o.o.\tWarsaw")
    ['Alfa Hurt', '5260250274', 'Beta, Sp. z o.o.']
    """
    entries = (line.partition("\t")[0].strip() for line in text.splitlines())
    return [entry for entry in entries if entry]


def read_file(name, content):
    r"""Return the entries of the first column of a file, empty ones left out.

    :param str name: file name; ``.xlsx`` is read as a workbook, everything else as CSV
    :param bytes content: the file
    :return: list of str
    :raises ValueError: if the file is none of both

    >>> read_file("list.csv", 'Name;City\n"Łąka; S.A.";Łódź\n'.encode("cp1250"))
    ['Name', 'Łąka; S.A.']
    >>> read_file("list.xlsx", b"PK but no workbook")
    Traceback (most recent call last):
    ...
    ValueError: not a workbook
    """
    read = _read_workbook if name.lower().endswith(".xlsx") else _read_csv
    entries = (_to_text(cell) for cell in read(content))
    return [entry for entry in entries if entry]


def _read_workbook(content):
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise ValueError("not a workbook") from error
    rows = book.worksheets[0].iter_rows(max_col=1, values_only=True)
    return [row[0] for row in rows if row]


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
    return [row[0] for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]


def _to_text(cell):
    """Return a cell as text; numbers, such as VAT numbers, without a fraction.

    >>> _to_text(5260250274.0), _to_text(None), _to_text(" Alfa ")
    ('5260250274', '', 'Alfa')
    """
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()
