"""The logs do not show that the rule applied.

Looked at:
    With --rule: the records of the last day, or of --message-id: how often the rule matched, and
    how often it was tried.
Corrected by:
    The conditions of the rule; `mmctl logs --compare` holds the log against the files.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.operate.doctor.asked_rules import asked_name, asked_rules
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, NotAsked, Said, SoundPart, Symptom
from mmctl.operate.doctor.scene import place_of
from mmctl.operate.logs.asked import AskedMessages
from mmctl.operate.logs.naming import MessageNames
from mmctl.operate.logs.statistics import LogStatistics

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import LogicalRule, LogicalRuleSet
    from mmctl.operate.doctor.scene import Scene
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.names import LogNames

DAY: Final = timedelta(days=1)


def run(scene: Scene) -> Iterator[Said]:
    """Look for the rule in the log."""
    name = asked_name(scene)
    log, names = scene.read_log()
    if scene.read_logged is not None:
        message = scene.logged()
        if message is None:
            raise NotAsked(
                "the log has no record of the message",
                scene.command("logs", "--message-id", scene.asked.message_id or ""),
            )
        yield _of_message(scene, message, names, name)
        return
    statistics = LogStatistics(names=names)
    for message in log.messages(AskedMessages(since=scene.now - DAY), names):
        statistics.add_message(message)
    statistics.finish()
    for rule_set, rule in asked_rules(scene):
        yield _of_day(scene, statistics, rule_set, rule)


def _of_message(scene: Scene, message: LoggedMessage, names: LogNames, name: str) -> Said:
    told = MessageNames(message, names)
    matched = {each for record in message.acted for each in told.of(record).names}
    if name in matched:
        return SoundPart(text=f"the log says that `{name}` matched message {message.id}")
    others = ", ".join(f"`{each}`" for each in sorted(matched)) or "none"
    return FoundFault(
        text=f"the log says that `{name}` did not match message {message.id}",
        why=f"rules that matched: {others}",
        commands=(scene.command("logs", "--message-id", message.id or ""),),
    )


def _of_day(
    scene: Scene, statistics: LogStatistics, rule_set: LogicalRuleSet, rule: LogicalRule
) -> Said:
    hits = statistics.rules.get((rule_set.name, rule.name))
    if hits is not None and hits.messages:
        return SoundPart(text=f"`{rule.name}` matched {counted(hits.messages, 'message')} of a day")
    if any(rule.name in names for _, _, names in statistics.groups):
        return SoundPart(text=f"`{rule.name}` may have matched: the log names a packed rule")
    if not statistics.messages:
        raise NotAsked("the log of the last day has no message")
    tried = 0 if hits is None else hits.passed
    return FoundFault(
        text=f"`{rule.name}` matched none of {counted(statistics.messages, 'message')} of the last "
        f"day; it was tried for {tried}",
        why="its conditions are not met, or rules above end its mail",
        commands=(scene.command("logs", "--rule", rule.name), scene.command("logs", "--never-hit")),
        place=place_of(rule.position),
    )


LOOK = DoctorLook(symptom=Symptom.RULE, text=__doc__, run=run)
