"""Words that a reader asks with and that a page does not have in its headings.

The search takes them as headings of the page, which lead to its start; no page shows them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx

WORDS: Final = {
    "access": "permissions, AWS credentials, IAM policy, AccessDenied, SSO, login",
    "archive": "quarantine, release a held message, false positive",
    "audit": "compliance, who changed a rule, who approved",
    "capacity": "40 rules, too many rules, more than 40 rules, quota of rules",
    "checks/README": "errors of lint, warnings of lint",
    "ci": "GitHub Actions, GitLab CI, pull request, merge request, pre-commit",
    "commands": "exit codes, JSON, output formats",
    "company-rules": "policy as code, rules about rules",
    "costs": "pricing, bill, how much",
    "dns": "MX record, SPF record, DKIM record, DMARC record, cut over",
    "editors": "vscode, Visual Studio Code, vim, Neovim, autocomplete",
    "emulator": "EMBEDDED not AWS, local SMTP server, test mail offline, localstack",
    "friday": "Friday, block a sender, block a domain, blacklist, blocklist, phishing wave",
    "import-export": "adopt what is live, existing configuration",
    "install": "uninstall, Windows, Docker, without internet, proxy, pip",
    "language": (
        "syntax of rules, regular expression, wildcard, whitelist, allowlist, header,"
        " attachment, address list, relay, bounce, spam, password"
    ),
    "logs": "mail disappeared, message tracking, trace a message",
    "migration": "import rules, bring 300 rules, convert rules, move from another gateway",
    "migration/patterns": "regex, wildcard",
    "monitoring": "alert, metrics, dashboard",
    "outage": "mail is down, rollback, undo the last change, emergency, incident, restore",
    "production": "first AWS account, go live, getting started with AWS",
    "promotion": "approve, approval, stages, environments",
    "safety": "drift, snapshots, throttling, timeout, protected",
    "semantics": "assumptions, unknown, reading",
    "send": "test mail, load test, probe",
    "simulate": "dry run, what if, why was a message dropped",
    "testing": "unit test, test cases, todo",
    "troubleshooting": (
        "250 and never delivered, lost mail, missing mail, mail disappeared, not delivered,"
        " no bounce, a rule does not match, connection refused, errors"
    ),
    "zh/access": "权限, 授权, 登录, 第一个 AWS 账户",
    "zh/archive": "隔离, 隔离区, 放行邮件, 误判, 误拦",
    "zh/audit": "审计, 合规, 谁改了规则",
    "zh/capacity": "40 条规则, 规则太多, 配额",
    "zh/ci": "持续集成, 合并请求",
    "zh/company-rules": "规范, 策略即代码",
    "zh/costs": "价格, 计费, 多少钱",
    "zh/dns": "MX 记录, SPF 记录, DKIM 记录, 切换 MX",
    "zh/editors": "自动补全",
    "zh/emulator": "本地测试, 本机 SMTP 服务器",
    "zh/friday": "星期五, 周五, 屏蔽发件人, 拉黑, 黑名单",
    "zh/import-export": "接管线上配置",
    "zh/install": "卸载, 代理, 离线安装",
    "zh/language": (
        "语法, 正则表达式, 通配符, 白名单, 附件, 退信, 地址列表, 中继, 大小限制, 邮件大小,"
        " 邮件太大, 转发, 垃圾邮件, 病毒, 规则优先级, 规则顺序"
    ),
    "zh/logs": "邮件去哪了, 邮件在哪里, 邮件追踪, 查邮件",
    "zh/migration": "导入规则, 搬迁规则, 300 条规则",
    "zh/monitoring": "告警, 监控, 报警, 指标",
    "zh/outage": "事故, 应急, 邮件中断, 回滚, 撤销更改, 恢复",
    "zh/production": "第一个 AWS 账户, 上线",
    "zh/promotion": "审批, 批准, 灰度, 发布",
    "zh/safety": "快照, 限流, 漂移, 超时",
    "zh/send": "压力测试, 试发",
    "zh/simulate": "演练, 为什么被丢弃",
    "zh/testing": "单元测试, 覆盖率",
    "zh/troubleshooting": (
        "丢失, 丢信, 收不到邮件, 没有送达, 未送达, 250 却没有送达, 报错, 连接失败, 证书错误"
    ),
}
"""Words, by page; each set of words is found alone and together with others of the page."""


class OtherWords(nodes.title):  # type: ignore[misc]
    """A heading for the search alone."""


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_node(OtherWords, html=(_leave_out, None))
    app.connect("doctree-resolved", _add_words)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _leave_out(_writer: nodes.NodeVisitor, _node: nodes.Node) -> None:
    raise nodes.SkipNode


def _add_words(_app: Sphinx, tree: nodes.document, name: str) -> None:
    start = next(tree.findall(nodes.section))
    start += [OtherWords("", words) for words in WORDS.get(name, "").split(", ") if words]
