"""What levels, kinds of value and the tests that fit them are called in errors."""

SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷"}
LEVELS = {
    "søknad": "søknaden",
    "lege": "legen",
    "kalender": "måneden",
    "måned": "måneden",
    "periode": "perioden",
    "dag": "dagen",
}
ASSESSED = {"lege": "lege", "kalender": "måned", "måned": "måned", "periode": "dag", "dag": "dag"}
KINDS = {
    "tall": "et tall",
    "dato": "en dato",
    "måned": "en måned",
    "ja_nei": "ja eller nei",
    "valg": "et valg",
    "flervalg": "et flervalg",
    "tekst": "en tekst",
    "liste": "en liste",
}
TESTS_FOR = {
    "tall": "bruk «minst», «over», «høyst», «under» eller «er»",
    "dato": "bruk «fra_og_med», «etter», «til_og_med», «før» eller «på»",
    "måned": "bruk «fra_og_med», «etter», «til_og_med», «før» eller «på»",
    "ja_nei": "skriv ja eller nei",
    "valg": "skriv svaret, eller bruk «en_av» eller «ingen_av»",
    "flervalg": "bruk «inneholder» eller «inneholder_alle»",
    "tekst": "skriv teksten, eller bruk «en_av» eller «ingen_av»",
}
EXAMPLES = {"tall": "et tall som 7", "dato": "en dato som 2020-05-17", "måned": "en måned som 2020-05"}
