"""The change that acceptance is about: 22 days become 21 in rules/2023, and the shipped cases that then get another decision.

Each case is named with the rule that answers otherwise and the difference in known kroner. A new case with a doctor who has exactly
21 days belongs here too.
"""

import shutil
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"

FILE = "2023/nasjonal-alis.yaml"
THRESHOLD = "minste_antall_dager"

WEEKS, TIES, AGENCY = "over-tre-kalenderuker", "kommersiell-tilknytning", "vikar-fra-vikarbyrå"

#: case → the rule that decides otherwise, and kroner on known rates
AFFECTED = {
    "fixtures/2023/eldre-avtaler-møter-kravene-i-oktober-2022.yaml": (WEEKS, "0.00"),
    "fixtures/2023/konvertert-10-og-11-januar.yaml": (WEEKS, "6309.00"),
    "fixtures/2023/signert-10-og-11-oktober-2022.yaml": (WEEKS, "0.00"),
    "fixtures/2023/tilbakedatering-til-10-og-11-oktober.yaml": (WEEKS, "0.00"),
    "fixtures/2023/tre-kalenderuker-dager-fra-to-perioder.yaml": (WEEKS, "0.00"),
    "fixtures/2023/tre-kalenderuker-februar.yaml": (WEEKS, "0.00"),
    "fixtures/2023/tre-kalenderuker-måned-med-30-dager.yaml": (WEEKS, "0.00"),
    "fixtures/2023/tre-kalenderuker-måned-med-31-dager.yaml": (WEEKS, "0.00"),
    "fixtures/2023/veiledning-21-og-22-dager.yaml": (WEEKS, "6309.00"),
    "fixtures/2023/vikar-fra-vikarbyrå-del-av-måned.yaml": (AGENCY, "0.00"),
    "fixtures/2023/vikar-fra-vikarbyrå-én-dag-av-22.yaml": (AGENCY, "6309.00"),
    "fixtures/2023/vikarbyrå-uten-vikariat-og-vikariat-uten-vikarbyrå.yaml": (WEEKS, "0.00"),
    "fixtures/2024/tilknytning-del-av-august.yaml": (TIES, "-6724.00"),
    "fixtures/2024/tilknytning-fire-dager-i-kort-måned.yaml": (TIES, "-6724.00"),
    "fixtures/2024/tilknytning-noen-dager-i-mai.yaml": (TIES, "-6724.00"),
    "fixtures/2024/tilknytning-uavklart-21-frie-dager.yaml": (TIES, "0.00"),
    "fixtures/2024/tilknytning-uavklart-og-kommersiell-i-samme-måned.yaml": (TIES, "-6724.00"),
    "fixtures/2024/tre-kalenderuker-februar-i-skuddår.yaml": (WEEKS, "0.00"),
    "fixtures/2025/mai-2025-21-22-og-23-dager.yaml": (WEEKS, "0.00"),
    "fixtures/2025/signert-9-og-10-september.yaml": (WEEKS, "0.00"),
    "fixtures/2025/tilknytning-del-av-februar.yaml": (TIES, "0.00"),
}


def by_year() -> dict[str, tuple[int, str]]:
    """Year → how many of its cases are affected, and their kroner."""
    years: dict[str, list[Decimal]] = {}
    for path, (_, kroner) in AFFECTED.items():
        years.setdefault(path.split("/")[1], []).append(Decimal(kroner))
    return {year: (len(amounts), f"{sum(amounts):.2f}") for year, amounts in years.items()}


def make(folder: Path) -> Path:
    """The shipped rules in a new folder, with 21 days."""
    shutil.copytree(ROOT / "rules", folder)
    change(folder)
    return folder


def change(folder: Path, before: str = "22", after: str = "21") -> None:
    """Change the number of days in a folder of rules, or change it back."""
    path = folder / FILE
    text = path.read_text(encoding="utf-8")
    at = text.index(f"verdi: {before}\n", text.index(f"  {THRESHOLD}:"))
    path.write_text(text[:at] + f"verdi: {after}\n" + text[at + len(f"verdi: {before}\n") :], encoding="utf-8")
