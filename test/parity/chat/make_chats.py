"""
Renders conversations by chat templates with transformers, as the reference of src/prompts/chat-template.ts.

    python3 -m venv venv && venv/bin/pip install transformers==5.23.0 jinja2==3.1.6
    venv/bin/python test/parity/chat/make_chats.py

templates/: chat templates of ours, with what those of known models are made of (turns, dates, thinking, macros, refusals).
small.json: templates of a line, each with what transformers writes for one user's message (null where it refuses); the
script writes the answers of those that stand there.
expected.json: for each template, conversation and setting what transformers writes; null where it refuses.
"""

import datetime
import json
import pathlib

from transformers.utils.chat_template_utils import _compile_jinja_template

HERE = pathlib.Path(__file__).parent
CONVERSATIONS = {
    "one": [{"role": "user", "content": 'Make 25 of 2, 7 & 9: is "2 + 7 < 9" true?\nOui, é 数 🙂.'}],
    "spaces": [{"role": "user", "content": "  Hi \n"}],
    "system": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
    "several": [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "<think>\nA greeting.\n</think>\n\nHello!"},
        {"role": "user", "content": "And?"},
    ],
    "odd": [{"role": "user", "content": "Hi"}, {"role": "user", "content": "Hi again"}],
}
SETTINGS = {
    "default": {"add_generation_prompt": True},
    "no thinking": {"add_generation_prompt": True, "enable_thinking": False},
    "whole": {"add_generation_prompt": False},
}
# Every day is this one for us, so that a prompt is the same tomorrow.
DAY = datetime.datetime(2024, 7, 26)


def render(template, messages, setting):
    try:
        return template.render(messages=messages, bos_token="<s>", eos_token="</s>", strftime_now=lambda form: DAY.strftime(form), **setting)
    except Exception:
        return None


expected = {}
for path in sorted((HERE / "templates").glob("*.jinja")):
    template = _compile_jinja_template(path.read_text())
    expected[path.stem] = {f"{name}, {kind}": render(template, messages, setting) for name, messages in CONVERSATIONS.items() for kind, setting in SETTINGS.items()}
(HERE / "expected.json").write_text(json.dumps(dict(conversations=CONVERSATIONS, settings=SETTINGS, expected=expected), ensure_ascii=False, indent=1) + "\n")

small = json.loads((HERE / "small.json").read_text())
for case in small.values():
    try:
        template = _compile_jinja_template(case["template"])
    except Exception:
        template = None
    case["transformers"] = template and render(template, [{"role": "user", "content": "Hi there"}], {"add_generation_prompt": True, "tools": None, "documents": None})
(HERE / "small.json").write_text(json.dumps(small, ensure_ascii=False, indent=1) + "\n")
