"""Gmail's blocked senders → rules; all other rules and settings of Gmail are listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.interchange.google_workspace.policies import items, member, policies_of, text
from mmctl.interchange.google_workspace.senders import ListsById
from mmctl.interchange.migration.differences import Deviation
from mmctl.interchange.migration.source import OtherGateway, SourceRule, Then, Unread
from mmctl.interchange.migration.tests import AllOf, Near, Negated, Test, Unseen
from mmctl.interchange.migration.usual import BOUNCE_NEEDS, bounce, rejected_after_acceptance

if TYPE_CHECKING:
    from mmctl.interchange.google_workspace.policies import GmailPolicies, GmailSetting
    from mmctl.interchange.migration.placed_json import Node
    from mmctl.interchange.migration.source import Action, Opened, SourceOptions

_RULES: Final = {
    "content_compliance": ("contentComplianceRules", "content compliance"),
    "objectionable_content": ("objectionableContentRules", "objectionable content"),
    "attachment_compliance": ("attachmentComplianceRules", "attachment compliance"),
}
"""Rules about what is in a message: the member that has them, and their name."""
_READ: Final = frozenset({"email_address_lists", "rule_states", "blocked_sender_lists"})
_INSTEAD: Final = {
    "email_spam_filter_ip_allowlist": "an address list has no networks: write them in a statement "
    "of the traffic policy, or as `source_ip` in a rule",
    "spoofing_and_authentication": "rules with `spf`, `dkim` and `dmarc_policy`",
    "links_and_external_images": "an add-on, such as Vade Advanced Email Security",
    "email_attachment_safety": "an add-on, such as Vade Advanced Email Security",
    "enhanced_pre_delivery_message_scanning": "an add-on, such as Vade Advanced Email Security",
    "comprehensive_mail_storage": "an `archive` action in the first rule",
}
_NOTICE: Final = "rejectionNotice"


def read(opened: Opened, asked: SourceOptions) -> OtherGateway:
    """Read answers of `policies.list` of the Cloud Identity API.

    Raises:
        ProblemsFound: a file is no JSON, or has no policies.
    """
    del asked
    policies = policies_of(opened.named)
    reading = _GmailRules(policies)
    for setting in policies.settings:
        reading.take(setting)
    source = reading.source
    source.unread += policies.unread
    if policies.others:
        source.notes.append(
            f"{counted(policies.others, 'policy', 'policies')} of other services than Gmail: "
            "they say nothing about mail that comes in"
        )
    return source


class _GmailRules:
    def __init__(self, policies: GmailPolicies) -> None:
        self.source = OtherGateway(system="Google Workspace", needed=dict(BOUNCE_NEEDS))
        self._lists = ListsById(policies.of("email_address_lists"))
        self._states = {
            text(state, "ruleId"): state
            for setting in policies.of("rule_states")
            for state in items(setting.value, "ruleStates")
        }
        self._whole = policies.whole

    def take(self, setting: GmailSetting) -> None:
        """Make rules of a setting, or list it."""
        match setting.kind:
            case "blocked_sender_lists":
                for node in items(setting.value, "blockedSenders"):
                    self._blocked(node, setting)
            case "spam_override_lists":
                for node in items(setting.value, "spamOverride"):
                    self._approved(node, setting)
            case kind if kind in _RULES:
                member_name, name = _RULES[kind]
                for node in items(setting.value, member_name):
                    self._about_content(node, setting, name)
            case kind if kind not in _READ:
                self.source.unread.append(
                    Unread(
                        place=setting.value.place,
                        text=f"gmail.{kind}",
                        why="it is a setting of Gmail, and no rule about mail",
                        instead=_INSTEAD.get(kind),
                    )
                )

    def _blocked(self, node: Node, setting: GmailSetting) -> None:
        test = self._lists.test_of(items(node, "senderBlocklist"), self.source.unread)
        differences = [rejected_after_acceptance(text(node, _NOTICE) or None)]
        bypass = member(node, "bypassApprovedSender")
        approved = items(node, "bypassApprovedSenderAllowlist")
        if bypass is not None and bypass.scalar is True and approved:
            test = AllOf((test, Negated(self._lists.test_of(approved, self.source.unread))))
        notice = text(node, _NOTICE) or "This sender is blocked."
        names = self._lists.names_of(items(node, "senderBlocklist"))
        self._add(
            node,
            setting,
            Near(test=test, difference=_WHICH_SENDER),
            said=f"reject mail from {names}",
            actions=(bounce(notice),),
            differences=tuple(differences),
        )

    def _approved(self, node: Node, setting: GmailSetting) -> None:
        names = self._lists.names_of(items(node, "bypassSenderAllowlist"))
        difference = Deviation(
            code="spam-filter-of-the-source",
            says=f"this rule changes what Gmail's spam filter does with mail from {names}; "
            "Mail Manager has no spam filter of its own",
            instead="put these senders into an address list, and name it in `unless` of rules "
            "that act on the answer of an add-on",
            loses=True,
        )
        self._add(node, setting, Unseen(difference=difference), said=f"approve {names}")

    def _about_content(self, node: Node, setting: GmailSetting, name: str) -> None:
        difference = Deviation(
            code="content-not-visible",
            says=f"this rule for {name} looks into the message; Mail Manager's conditions see "
            "sender, recipient, subject, X- headers and size, not the text or attachments",
            instead="an `invoke_lambda` action that looks into the message, or an add-on",
            loses=True,
        )
        self._add(node, setting, Unseen(difference=difference), said=name)

    def _add(
        self,
        node: Node,
        setting: GmailSetting,
        test: Test,
        *,
        said: str,
        actions: tuple[Action, ...] = (),
        differences: tuple[Deviation, ...] = (),
    ) -> None:
        state = self._states.get(text(node, "ruleId"))
        on = member(state, "enabled")
        if setting.group or setting.unit != self._whole:
            test = AllOf((test, Unseen(difference=_scope(setting.group or setting.unit))))
        name = text(node, "description") or text(node, "name") or text(node, "ruleName") or said
        self.source.rules.append(
            SourceRule(
                name=name,
                place=node.place,
                text=said,
                test=test,
                actions=actions,
                then=Then.END if actions else Then.GO_ON,
                enabled=not (on is not None and on.scalar is False),
                differences=differences,
            )
        )


_WHICH_SENDER: Final = Deviation(
    code="which-sender",
    says="the export does not say whether Gmail compares the header From or the envelope sender, "
    "nor whether a domain includes its sub-domains; here it is From, and the domain alone",
    instead="add `mail_from`, and `ends_with: .domain`, where these senders use them",
)


def _scope(unit: str) -> Deviation:
    return Deviation(
        code="organizational-unit",
        says=f"this rule is for the organizational unit or group `{unit}` alone, and the export "
        "does not say who is in it",
        instead="write its members into an address list, and add `recipient: {in_address_list: …}`",
        loses=True,
    )
