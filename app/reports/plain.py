"""What a report says, said to the child: short sentences, in which the child is *you*."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.reports.content import Language
from app.reports.passages import Passage
from app.reports.words import Wording, wording


def told(passages: Sequence[Passage], language: Language) -> tuple[str, ...]:
    """The passages of one section, said to the child."""
    return tuple(_sentences(passages, wording(language)))


def _sentences(passages: Sequence[Passage], say: Wording) -> Iterator[str]:
    for passage in passages:
        if passage.kind == "made":
            words = _made(passage.text, say)
            if words:
                yield words
        elif passage.kind != "heading" and passage.text.strip():
            yield passage.text.strip()


def _made(code: str, say: Wording) -> str:
    """What a part that is drawn from the record tells, said to the child."""
    return {
        "rests_on": say("This report comes from what we talked about together."),
        "sources": say("We also asked other people. They are named here."),
        "missing_sources": say("Some people did not answer us. That is written here too."),
        "offences": say("This says what you are in court for."),
        "how_to_speak": say("This says how you like people to talk with you."),
        "outcomes": say("This says what was decided before now, if anything was."),
        "levels": say(
            "This says how likely it is that it happens again, that somebody gets hurt, and how "
            "safe you are. It also says why we think so. Ask about each one."
        ),
        "levels_over_time": say("A picture shows if that went up or down."),
        "aim": say("The court has to think about what is good for you."),
        "all_options": say("The court may also think about a secure place. Ask what that means."),
        "order": say("This says what the court decided before."),
        "attendance": say("This says when you came to see us."),
        "missed": say("This says when you did not come, and why."),
        "plan": say("This is our plan. You have a page of it for yourself."),
        "existing": say("This says that an older report is used again."),
        "changed_since": say("This says what has changed since then."),
        "added_to": say("This adds something to a report that the court has."),
        "disproportionality": say(
            "This has numbers about groups of children. They are not about you. They help the "
            "court to be fair to all."
        ),
    }.get(code, "")
