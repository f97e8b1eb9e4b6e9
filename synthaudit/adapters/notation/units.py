"""What stands beside a number and is no part of it: currencies, percent signs, units of measure."""

import unicodedata

_CURRENCIES = frozenset(
    """
    AED ARS AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP GEL HKD HRK HUF IDR ILS INR ISK JPY KES KRW KZT MAD MXN
    MYR NGN NOK NZD PEN PHP PKR PLN QAR RMB RON RSD RUB SAR SEK SGD THB TRY TWD UAH USD UYU VND ZAR
    """.casefold().split()
) | {"zł", "kč", "sfr", "lei", "лв", "руб", "р", "euro", "euros", "dollars", "円", "元"}
_SHORT = frozenset({"rs", "kr", "ft", "fr"})
"""Currencies too, but in capitals rather the letters of a code: FR 1234, FT100."""
_MEASURES = frozenset(
    """
    kg g mg µg ug mcg ng lb lbs oz t tons m cm mm km ft in mi yd l ml dl cl ha m2 m² m3 m³ cm2 cm² cm3 cm³ km2 km² sqm
    sqft kg/m2 kg/m² mmhg kpa hpa mbar bar bpm /min °c °f °k ° kwh kw mw mwh wh mb gb tb kb hz khz mhz ghz km/h kmh mph
    m/s mg/dl mmol/l µmol/l umol/l g/dl g/l mg/l µg/l ug/l ng/ml pg/ml iu u/l iu/l miu/l ie kcal kj cal mol ppm ppb db
    years year yrs yr y months month mo mos weeks week wk days day d hours hour hrs hr h minutes minute mins min seconds
    second secs sec s ms pcs stk st units unit pts pp bps jahre jahr j monate tage tag std stunden ans mois jours años
    """.casefold().split()
)
PERCENT = {"%": 100, "‰": 1_000}

_SAME = {
    word: words.split()[0]
    for words in (
        *("eur € euro euros", "usd $ us$ dollars", "gbp £", "jpy 円", "cny 元 rmb", "inr ₹ rs", "chf fr sfr"),
        *("pln zł", "czk kč", "rub ₽ руб р", "ils ₪", "krw ₩", "try ₺", "uah ₴", "brl r$", "cad c$ ca$", "aud a$ au$"),
        *("µg ug mcg", "µmol/l umol/l", "µg/l ug/l", "lb lbs", "m2 m² sqm", "m3 m³", "cm2 cm²", "cm3 cm³", "km2 km²"),
        *(
            "kg/m2 kg/m²",
            "km/h kmh",
            "pcs stk st units unit",
        ),
        *("years year yrs yr y jahre jahr j ans años", "months month mo mos monate mois", "weeks week wk"),
        *("days day d tage tag jours", "hours hour hrs hr h std stunden", "minutes minute mins min"),
        *("seconds second secs sec s",),
    )
    for word in words.split()
}
"""Spellings of a unit -> the first of them."""


def is_currency(text: str) -> bool:
    """Whether a text is a currency's sign or code, such as ``$``, ``US$``, ``EUR``, ``kr.``.

    Examples
    --------
    >>> [is_currency(text) for text in ("$", "US$", "eur", "kr.", "P", "kg")]
    [True, True, True, True, False, False]
    """
    signs = [c for c in text if unicodedata.category(c) == "Sc"]
    if len(signs) == 1:
        rest = text.replace(signs[0], "")
        return not rest or (len(rest) <= 3 and rest.isascii() and rest.isalpha() and rest.isupper())
    key = text.casefold().rstrip(".")
    return key in _CURRENCIES or (key in _SHORT and not text.isupper())


def is_unit(text: str) -> bool:
    """Whether a text is a percent sign, a currency or a unit of measure that tables use.

    Examples
    --------
    >>> [is_unit(text) for text in ("%", "kg", "mmHg", "€", "A", "bis")]
    [True, True, True, True, False, False]
    """
    return text in PERCENT or is_currency(text) or text.casefold().rstrip(".") in _MEASURES


def unit_key(text: str) -> str:
    """One spelling of a unit: ``KG`` and ``kg`` are the same, ``€`` and ``EUR``, but not ``$`` and ``€``.

    Examples
    --------
    >>> unit_key("Rs.") == unit_key("₹"), unit_key("μg") == unit_key("mcg"), unit_key("g") == unit_key("mg")
    (True, True, False)
    """
    key = text.replace("\u03bc", "µ").casefold().replace("\u03bc", "µ").rstrip(".")
    return _SAME.get(key, key)
