"""Numbers in words: as few figures as tell what is meant."""

from __future__ import annotations

__all__ = ["MINUS", "amount", "millions", "percent", "signed"]

#: A true minus, which stands as high as digits do.
MINUS = "\u2212"
_SMALL, _MILLION, _BILLION = 1e5, 1e6, 1e9
#: Below this a number is told with decimals.
_WHOLE = 100.0
#: Below this a share in percent is told with decimals.
_TENTH = 10.0


def amount(value: float) -> str:
    """Return a number as it is read: three figures or whole, thousands apart.

    Examples
    --------
    >>> amount(12345.6), amount(0.5), amount(12.34), amount(0.00123)
    ('12,346', '0.5', '12.3', '0.00123')
    """
    if abs(value) >= _WHOLE:
        return f"{value:,.0f}"
    return f"{float(f'{value:.3g}') + 0.0:g}"


def signed(value: float) -> str:
    """Return a change with its sign, a true minus before what falls.

    Examples
    --------
    >>> signed(1500.0), signed(-2.5) == f"{MINUS}2.5", signed(0)
    ('+1,500', True, '0')
    """
    told = amount(abs(value))
    sign = "+" if value > 0 else MINUS
    return told if told == "0" else f"{sign}{told}"


def millions(usd: float) -> str:
    """Return a sum of money in words, in millions or billions, a small one as it is.

    Examples
    --------
    >>> millions(23_502_098_304.73), millions(4_636_605.0), millions(5_174.4)
    ('23.5 billion', '4.64 million', '5,174')
    """
    if abs(usd) < _SMALL:
        return amount(usd).replace("-", MINUS)
    scale, name = (_BILLION, "billion") if abs(usd) >= _BILLION else (_MILLION, "million")
    return f"{amount(usd / scale).replace('-', MINUS)} {name}"


def percent(share: float) -> str:
    """Return a share in percent with two figures or more.

    Examples
    --------
    >>> percent(0.7763), percent(0.0042), percent(1.0), percent(0.0)
    ('78%', '0.42%', '100%', '0%')
    """
    value = share * 100
    return f"{value:.0f}%" if abs(value) >= _TENTH else f"{float(f'{value:.2g}') + 0.0:g}%"
