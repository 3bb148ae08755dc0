"""Small files that are made to cost a reader much time or memory, or to end it: each of up to 1 MB.

The key of a text is the name of its file. A new one is a new row, and `test_bombs.py` tries it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

Make = Callable[[], str | bytes]
END = "\nstage1: {}\n"
"""What makes a YAML text one that `check` looks at in a folder."""
WORDS = "stage1 = dict(num_modules=1)\n"
"""What does so for a Python text."""


def repeated(form: str, count: int, between: str = "") -> str:
    """A form once for each number from 0; `#` in it stands for the number."""
    return between.join(form.replace("#", str(number)) for number in range(count))


def alias_tree(levels: int, width: int) -> str:
    """A list of lists of aliases: `width` to the power of `levels` values, if all were made."""
    rows = [f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * width)}]" for number in range(1, levels)]
    return "\n".join(["a0: &a0 [x]", *rows]) + END


def merge_tree(levels: int) -> str:
    """Mappings that each merge the one before twice."""
    rows = [
        f"a{number}: &a{number} {{<<: [*a{number - 1}, *a{number - 1}], k{number}: 1}}" for number in range(1, levels)
    ]
    return "\n".join(["a0: &a0 {k: 1}", *rows]) + END


YAML: dict[str, Make] = {
    "comments.yaml": lambda: "#\n" * 490_000 + "stage1: {}\n",
    "alias_long_float.yaml": lambda: f"a: &a {'1' * 800_000}.5\nb: [{'*a,' * 9_000}]{END}",
    "alias_long_int.yaml": lambda: f"a: &a {'7' * 800_000}\nb: [{'*a,' * 9_000}]{END}",
    "alias_long_hex.yaml": lambda: f"a: &a !!int 0x{'f' * 800_000}\nb: [{'*a,' * 9_000}]{END}",
    "alias_long_bool.yaml": lambda: f"a: &a !!bool {'y' * 800_000}\nb: [{'*a,' * 9_000}]{END}",
    "alias_long_text.yaml": lambda: f"a: &a '{'x' * 900_000}'\nb: [{'*a,' * 9_000}]{END}",
    "alias_long_key.yaml": lambda: f"a: &a\n  ? {'k' * 900_000}\n  : 1\nb: [{'*a,' * 4_900}]{END}",
    "alias_tree_narrow.yaml": lambda: alias_tree(60, 2),
    "alias_tree_wide.yaml": lambda: alias_tree(9, 9),
    "alias_as_keys.yaml": lambda: f"a: &a {'k' * 90_000}\n{repeated('? *a' + chr(10) + ': #' + chr(10), 3_000)}{END}",
    "alias_of_itself.yaml": lambda: "a: &a [*a, *a, *a]" + END,
    "alias_of_itself_in_stages.yaml": lambda: "stage1: &a {stage2: *a, stage3: *a, num_branches: *a}\n",
    "alias_not_defined.yaml": lambda: "stage1: *" + "a" * 900_000 + "\n",
    "anchors_on_one_line.yaml": lambda: repeated("&a# ", 100_000),
    "anchors_of_one_name.yaml": lambda: repeated("k#: &a #\n", 4_900) + END,
    "merge_tree.yaml": lambda: merge_tree(40),
    "merge_of_itself.yaml": lambda: "stage1: &a {<<: *a, b: 1}\n",
    "merge_of_many.yaml": lambda: f"a: &a {{{repeated('k#: 1', 90, ', ')}}}\nb: {{<<: [{'*a,' * 100}]}}{END}",
    "merge_chain.yaml": lambda: (
        "a0: &a0 {k: 1}\n" + "".join(f"a{i}: &a{i} {{<<: *a{i - 1}}}\n" for i in range(1, 400)) + END
    ),
    "merge_keys_repeated.yaml": lambda: f"a: &a {{x: 1}}\nb: {{{'<<: *a, ' * 4_000}}}{END}",
    "flow_lists_deep.yaml": lambda: "[" * 900_000,
    "flow_maps_deep.yaml": lambda: "{a: " * 240_000,
    "block_lists_deep.yaml": lambda: "- " * 400_000,
    "block_maps_deep.yaml": lambda: "".join(f"{' ' * depth}a:\n" for depth in range(1_300)),
    "question_marks.yaml": lambda: "? " * 400_000,
    "colons.yaml": lambda: ": " * 400_000,
    "commas.yaml": lambda: "stage1: [" + "," * 900_000 + "]\n",
    "documents.yaml": lambda: "---\n" * 240_000,
    "document_ends.yaml": lambda: "stage1: {}\n" + "...\n" * 240_000,
    "directives.yaml": lambda: repeated("%TAG !a#! tag:x\n", 40_000) + "---\nstage1: {}\n",
    "directives_unknown.yaml": lambda: repeated("%X# y\n", 90_000) + "---\nstage1: {}\n",
    "directive_long.yaml": lambda: f"%TAG !{'a' * 400_000}! tag:{'x' * 400_000}\n---\nstage1: {{}}\n",
    "tags_many.yaml": lambda: "stage1: [" + "!x a," * 4_900 + "]\n",
    "tag_long.yaml": lambda: "stage1: !" + "x" * 900_000 + " 1\n",
    "tag_escaped.yaml": lambda: "stage1: !<" + "%41" * 300_000 + "> 1\n",
    "tag_of_python.yaml": lambda: "stage1: !!python/object/apply:os.system ['exit 3']\n",
    "keys_equal.yaml": lambda: "stage1: {" + "a: 1," * 4_950 + "}\n",
    "keys_equal_and_blanks.yaml": lambda: "stage1: {" + "aé: 1," * 4_950 + "}" + " " * 900_000 + "\n",
    "keys_of_one_hash.yaml": lambda: "stage1: {" + ", ".join(f"{i * (2**61 - 1)}: 1" for i in range(1, 4_900)) + "}\n",
    "keys_of_one_hash_floats.yaml": lambda: "stage1: {" + ", ".join(f"{i}e300: 1" for i in range(1, 4_900)) + "}\n",
    "keys_misspelt.yaml": lambda: repeated("num_modulez#: 1\n", 4_900) + "stage1: {}\n",
    "keys_long_misspelt.yaml": lambda: "".join(f"{'num_module' * 60}{i}: 1\n" for i in range(1_600)) + "stage1: {}\n",
    "keys_in_stage.yaml": lambda: "stage1: {" + repeated("sledom_mun#: 1", 4_900, ", ") + "}\n",
    "keys_of_mappings.yaml": lambda: "stage1: {" + repeated("? {a: #} : 1", 2_400, ", ") + "}\n",
    "keys_of_lists.yaml": lambda: "stage1: {" + repeated("? [#, [#]] : 1", 1_600, ", ") + "}\n",
    "key_of_a_million.yaml": lambda: f'"{"k" * 1_000}": 1\n? {"stage1" * 150_000}\n: 1\n',
    "stages_many.yaml": lambda: (
        "x: &s {" + repeated("seludom_mun#: 1", 20, ", ") + "}\n" + repeated("stage#: *s\n", 230)
    ),
    "stages_by_places.yaml": lambda: repeated("n#: {stage1: {num_modules: 1, num_branches: 1}}\n", 900),
    "branches_many.yaml": lambda: (
        "stage1: {num_modules: 1, num_branches: 4000, block: BASIC, num_blocks: ["
        + "1," * 4_000
        + "], num_channels: ["
        + "8," * 4_000
        + "]}\n"
    ),
    "blocks_many.yaml": lambda: (
        "input: 64x64\nstage1: {num_modules: 9999, num_branches: 1, block: BASIC, "
        "num_blocks: [9999], num_channels: [65536]}\n"
    ),
    "numbers_huge.yaml": lambda: (
        f"input: {'9' * 900}x{'9' * 900}\nstage1: {{num_modules: {'9' * 900}, num_branches: -1}}\n"
    ),
    "input_huge.yaml": lambda: f"input: {'1x' * 400_000}1\nstage1: {{num_modules: 1}}\n",
    "budget_huge.yaml": lambda: f"budget: {{max_params: {'9' * 900_000}M}}\nstage1: {{}}\n",
    "spec_at_its_bounds.yaml": lambda: (
        "input: 1x3x250x250\n"
        + "".join(
            f"stage{s}: {{num_modules: 8, num_branches: {s}, block: BASIC, num_blocks: [{', '.join(['4'] * s)}], "
            f"num_channels: [{', '.join(['65535'] * s)}]}}\n"
            for s in range(1, 9)
        )
    ),
    "blanks.yaml": lambda: "stage1:" + " " * 990_000 + "1\n",
    "tabs.yaml": lambda: "stage1:\n" + "\t" * 990_000 + "1\n",
    "empty_lines.yaml": lambda: "stage1: |\n" + "\n" * 990_000,
    "folded.yaml": lambda: "stage1: >\n" + " a\n\n\n" * 190_000,
    "block_indicators.yaml": lambda: "stage1: |" + "9" * 900_000 + "\n a\n",
    "plain_over_lines.yaml": lambda: "stage1: a\n" + "  \n" * 330_000 + "  b\n",
    "quoted_over_lines.yaml": lambda: 'stage1: "a\n' + "  \n" * 330_000 + '  b"\n',
    "quoted_not_closed.yaml": lambda: "stage1: '" + "x'' " * 240_000,
    "escapes.yaml": lambda: 'stage1: "' + "\\u0041" * 160_000 + '"\n',
    "escapes_of_nulls.yaml": lambda: 'stage1: "' + "\\0" * 490_000 + '"\n',
    "comment_long.yaml": lambda: f"stage1: {{}} # {'hrnet: ignore ' * 70_000}\n",
    "ignore_codes.yaml": lambda: f"# hrnet: ignore[{'HR405,' * 150_000}] why\nstage1: {{}}\n",
    "ignore_unknown_codes.yaml": lambda: f"# hrnet: ignore[{'X,' * 450_000}] why\nstage1: {{}}\n",
    "ignore_brackets.yaml": lambda: "# hrnet: ignore[" * 60_000 + "\nstage1: {}\n",
    "ignore_many_and_keys.yaml": lambda: "# hrnet: ignore[HR405] w\n" * 20_000 + f"stage1: {{{'a: 1,' * 4_950}}}\n",
    "ignore_in_strings.yaml": lambda: "stage1:\n" + "  - '# hrnet: ignore[HR405] w'\n" * 4_900,
    "line_breaks_of_unicode.yaml": lambda: "stage1: {}" + "\x85\u2028\u2029" * 100_000 + "x: [\n",
    "byte_order_marks.yaml": lambda: "\ufeff" * 300_000 + "stage1: {}\n",
    "surrogate_half.yaml": lambda: b"stage1: '\xed\xa0\x80'\n",
    "not_utf8.yaml": lambda: b"stage1: {num_modules: \xff" + b"\xfe" * 100_000 + b"}\n",
    "nulls.yaml": lambda: b"stage1: {}\n" + b"\0" * 900_000,
    "utf16.yaml": lambda: "stage1: {num_modules: 1}\n".encode("utf-16"),
    "bidi.yaml": lambda: "stage1: {" + repeated("\u202e\u2066k#: 1", 2_000, ", ") + "}\n",
    "combining.yaml": lambda: f"stage1: {{num_modulés{chr(0x301) * 300_000}: 1}}\n",
    "time_like.yaml": lambda: "stage1: [" + "1:59:" * 190_000 + "1]\n",
    "path_escapes.yaml": lambda: "_base_: [" + "../" * 300_000 + "etc/passwd]\nstage1: {}\n",
    "official_keys.yaml": lambda: (
        "MODEL:\n  NAME: pose_hrnet\n  EXTRA:\n    STAGE1: {}\n" + repeated("    NUM_MODULEZ#: 1\n", 4_900)
    ),
    "official_stage_keys.yaml": lambda: (
        "MODEL:\n  NAME: pose_hrnet\n  EXTRA:\n    STAGE2:\n" + repeated("      BLOCKZ#: 1\n", 4_900)
    ),
    "timm_keys.yaml": lambda: "architecture: hrnet_w18\npretrained_cfg: {}\n" + repeated("num_classez#: 1\n", 4_900),
    "mmlab_keys.yaml": lambda: (
        "model:\n  type: X\n  backbone:\n    type: HRNet\n    extra:\n      stage1: {}\n"
        + repeated("      num_modulez#: 1\n", 4_900)
    ),
    "paddle_keys.yaml": lambda: (
        "architecture: X\nHRNet:\n  width: 18\n" + repeated("S#: {name: HRNet, width: #}\n", 2_000)
    ),
    "long_name_quoted.yaml": lambda: f"name: '{'::error::x ' * 80_000}'\nstage1: {{num_modules: x}}\n",
}

JSON: dict[str, Make] = {
    "deep_objects.json": lambda: '{"stage1":' * 90_000,
    "deep_lists.json": lambda: "[" * 500_000 + "]" * 500_000,
    "deep_and_no_yaml.json": lambda: f'{{"{"k" * 1_100}": {"[" * 200_000}{"]" * 200_000}}}',
    "many_and_no_yaml.json": lambda: f'{{"{"k" * 1_100}": [{"1," * 400_000}1]}}',
    "keys_of_one_hash_and_no_yaml.json": lambda: json.dumps(
        {"k" * 1_100: 1, "stage1": {str(i * (2**61 - 1)): i for i in range(4_800)}}
    ),
    "backslashes.json": lambda: '{"stage1": "' + "\\" * 900_000 + '"}',
    "surrogate_pairs.json": lambda: '{"stage1": "' + "\\ud83d\\ude00" * 80_000 + '"}',
    "surrogate_halves.json": lambda: '{"stage1": "' + "\\ud83d" * 160_000 + '"}',
    "surrogates_swapped.json": lambda: '{"stage1": "' + "\\ude00\\ud83d" * 80_000 + '"}',
    "exponents.json": lambda: '{"stage1": [' + "1e999999999," * 9_000 + "1]}",
    "long_number.json": lambda: '{"stage1": ' + "9" * 900_000 + "}",
    "long_fraction.json": lambda: '{"stage1": 0.' + "9" * 900_000 + "}",
    "not_a_number.json": lambda: '{"stage1": {"num_modules": NaN, "num_branches": -Infinity}}',
    "keys_equal.json": lambda: "{" + '"stage1": {},' * 4_900 + '"stage1": 1}',
    "line_breaks.json": lambda: '{"stage1"' + "\n" * 900_000 + ": {}}",
    "tabs.json": lambda: '{"stage1":' + "\t" * 900_000 + "{}}",
    "empty_keys.json": lambda: "{" + repeated('"": {"": #}', 2_000, ", ") + "}",
    "two_values.json": lambda: '{"stage1": {}} ' * 60_000,
    "not_closed.json": lambda: '{"stage1": "' + "x" * 900_000,
}

PYTHON: dict[str, Make] = {
    "class_of_bases.py": lambda: WORDS + "class _base_:\n    pass\n",
    "names_in_a_loop.py": lambda: WORDS + "for i in x:\n" + " i.a=1\n" * 100_000,
    "not_ascii_on_one_line.py": lambda: WORDS + "a = ['é', " + "0," * 400_000 + "]\n",
    "comprehension_and_names.py": lambda: (
        WORDS + repeated("n#=0\n", 20_000) + "a=[0]*100000\nb=[[0 for y in []] for x in a]\n"
    ),
    "comprehensions_nested.py": lambda: WORDS + "r=range(9000)\nx=[[[1 for a in r] for b in r] for c in r]\n",
    "comprehensions_deep.py": lambda: WORDS + "x=" + "[" * 90 + "1" + " for a in [1]]" * 90 + "\n",
    "comprehension_of_conditions.py": lambda: WORDS + "x=[1 for a in b" + " if a" * 100_000 + "]\n",
    "slices.py": lambda: WORDS + "a=[0]*100000\n" + "a[:];" * 100_000 + "\n",
    "slices_kept.py": lambda: WORDS + "a=[0]*100000\n" + repeated("b#=a[:]\n", 60_000),
    "slices_called.py": lambda: WORDS + "a=[0]*100000\n" + "b=a[:];g(b)\n" * 60_000,
    "slices_assigned.py": lambda: WORDS + "a=[0]*9000\n" + "a[0:1]=a\n" * 60_000,
    "f_string_fields.py": lambda: WORDS + "a='x'*100000\nb=f'" + "{a}" * 200_000 + "'\n",
    "f_string_deep.py": lambda: WORDS + "x = f'{" + "1+" * 400_000 + "1}'\n",
    "f_string_nested.py": lambda: (
        WORDS + "x = " + "f'{" * 4 + "1" + "}'" * 4 + "\ny = f'" + "{a:{b}}" * 100_000 + "'\n"
    ),
    "f_string_not_closed.py": lambda: WORDS + "x = f'{" * 100_000 + "\n",
    "strings_joined.py": lambda: WORDS + "x = " + "'a' " * 200_000 + "\n",
    "strings_not_closed.py": lambda: WORDS + "x = 'a\n" * 100_000,
    "triple_quotes_not_closed.py": lambda: WORDS + "'''" + "x ''" * 200_000,
    "quotes.py": lambda: WORDS + "'" * 900_000 + "\n",
    "backslashes.py": lambda: WORDS + "x = 1 + \\\n" * 90_000 + "1\n",
    "names_escaped.py": lambda: WORDS + "x = '" + "\\N{BULLET}" * 90_000 + "'\n",
    "power.py": lambda: WORDS + "a = 10**11\nb = a**100\nc = b**100\n",
    "power_of_powers.py": lambda: WORDS + "a = 9" + "**9" * 150 + "\n",
    "power_negative.py": lambda: WORDS + "a = 0**-1\nb = (-8)**0.5\nc = 10.0**400\n",
    "shifts.py": lambda: WORDS + "a = 1 << 10**9\nb = a << 10**9\n",
    "squaring.py": lambda: WORDS + "a = 10**20\n" + "a = a*a\n" * 100_000,
    "division_by_zero.py": lambda: WORDS + "a = 1//0\nb = 1%0\nc = 1/0\nd = 0.0**-1\n",
    "text_formats.py": lambda: WORDS + "a = '%999999999d' % 1\nb = '{:>999999999}'.format(1)\nc = f'{1:>999999999}'\n",
    "text_products.py": lambda: WORDS + "a = 'x' * 10**9\nb = [0] * 10**9\nc = (0,) * 10**9\nd = 'x' * -1\n",
    "doubling.py": lambda: WORDS + "a = [0] * 1000\n" + "a = a + a\n" * 90_000,
    "doubling_in_place.py": lambda: WORDS + "a = [0]\n" + "a += a\n" * 90_000 + "a.extend(a)\n" * 20_000,
    "nesting.py": lambda: WORDS + "a = [0]\n" + "a = [a, a]\n" * 60_000,
    "holds_itself.py": lambda: "pipeline = []\npipeline.append(build(pipeline))\nmodel = dict(type='HRNet')\n",
    "holds_itself_twice.py": lambda: (
        WORDS + "a=dict()\na['x']=a\na['y']=a\nstage2=a\nmodel=dict(backbone=a, type='HRNet')\n"
    ),
    "merging.py": lambda: WORDS + "d = dict(x=1)\n" + "d = dict(a=d, b=d)\n" * 50_000,
    "keywords_of_dicts.py": lambda: (
        WORDS + f"d = dict({repeated('k#=1', 9_000, ', ')})\n" + "e = dict(**d, **d)\n" * 10_000
    ),
    "ranges.py": lambda: WORDS + "a = list(range(10**12))\nb = sum(range(10**12))\n" + "c = range(9000)\n" * 40_000,
    "calls.py": lambda: WORDS + "a=[0]*9000\n" + "b=sum(a)\nc=sorted(a)\nd=max(a)\n" * 20_000,
    "parentheses.py": lambda: WORDS + "x = " + "(" * 400_000 + ")" * 400_000 + "\n",
    "brackets_on_lines.py": lambda: WORDS + "x = [\n" * 100_000,
    "operators.py": lambda: WORDS + "x = " + "-" * 900_000 + "1\n",
    "nots.py": lambda: WORDS + "x = " + "not " * 240_000 + "1\n",
    "attributes.py": lambda: WORDS + "x = a" + ".b" * 400_000 + "\n",
    "subscripts.py": lambda: WORDS + "x = a" + "[0]" * 300_000 + "\n",
    "calls_in_a_row.py": lambda: WORDS + "x = a" + "()" * 400_000 + "\n",
    "comparisons.py": lambda: WORDS + "x = 1" + " < 1" * 240_000 + "\n",
    "conditions.py": lambda: WORDS + "x = " + "1 if a else " * 80_000 + "2\n",
    "lambdas.py": lambda: WORDS + "x = " + "lambda: " * 120_000 + "1\n",
    "lambda_defaults.py": lambda: WORDS + "x = lambda a=" * 70_000 + "1\n",
    "walrus.py": lambda: WORDS + "x = " + "(a := " * 140_000 + "1" + ")" * 140_000 + "\n",
    "awaits.py": lambda: WORDS + "async def f():\n x = " + "await " * 150_000 + "y\n",
    "elifs.py": lambda: WORDS + "if a: pass\n" + "elif a: x = 1\n" * 60_000,
    "blocks_deep.py": lambda: WORDS + "".join(f"{' ' * depth}if a:\n" for depth in range(1_300)),
    "blocks_on_a_line.py": lambda: (
        WORDS + "".join(f"{' ' * depth}for i in a:\n" for depth in range(99)) + " " * 99 + "x=1\n"
    ),
    "functions_nested.py": lambda: (
        WORDS + "".join(f"{' ' * depth}def f{depth}(a=[x]):\n" for depth in range(99)) + " " * 99 + "pass\n"
    ),
    "functions_many.py": lambda: WORDS + repeated("def f#(a): return f#(a)\n", 25_000) + "f1(f2)\n" * 10_000,
    "decorators.py": lambda: WORDS + "@a\n" * 300_000 + "def f(): pass\n",
    "arguments.py": lambda: WORDS + f"def f({repeated('a#', 100_000, ',')}): pass\nf({'*x,' * 50_000})\n",
    "cases.py": lambda: WORDS + "match x:\n" + repeated(" case {'k': [n#, *_]}: pass\n", 25_000),
    "case_deep.py": lambda: WORDS + "match x:\n case " + "[" * 190 + "]" * 190 + ": pass\n",
    "statements_on_a_line.py": lambda: WORDS + "a=1;" * 240_000 + "\n",
    "targets.py": lambda: WORDS + "a=" * 400_000 + "1\n",
    "targets_unpacked.py": lambda: WORDS + "a, " * 300_000 + "= b\n",
    "targets_starred.py": lambda: WORDS + "[" * 150 + "*a" + "]" * 150 + " = b\n",
    "imports.py": lambda: WORDS + repeated("from m# import *\n", 45_000),
    "import_dots.py": lambda: WORDS + "from " + "." * 900_000 + " import a\n",
    "globals_many.py": lambda: WORDS + f"def f():\n global {repeated('g#', 90_000, ', ')}\n" + "f()\n" * 20_000,
    "deletions.py": lambda: WORDS + "a=[0]*9000\n" + "del a[0]\n" * 90_000,
    "config_nodes.py": lambda: (
        "from yacs.config import CfgNode as CN\n_C = CN()\n"
        + repeated("_C.A# = CN(new_allowed=True)\n", 30_000)
        + "_C.HRNET = 1\n"
    ),
    "config_nodes_deep.py": lambda: (
        "from yacs.config import CfgNode as CN\nhrnet = a = CN()\n" + "a.B = CN()\na = a.B\n" * 30_000
    ),
    "class_bodies.py": lambda: (
        WORDS + "".join(f"{' ' * depth}class C{depth}:\n" for depth in range(99)) + " " * 99 + "x=1\n"
    ),
    "keys_of_one_hash.py": lambda: WORDS + "a = {" + repeated("#*(2**61-1): 1", 30_000, ",") + "}\n",
    "keys_of_tuples.py": lambda: WORDS + "t=(0,)*9000\na={}\n" + "a[t]=1\n" * 60_000,
    "keys_of_long_texts.py": lambda: WORDS + "s='x'*99990\na={}\n" + repeated("a[s+'#']=1\n", 60_000),
    "templates.py": lambda: WORDS + "x = '" + "{{_base_.x}}" * 70_000 + "'\n",
    "bases_many.py": lambda: "_base_ = [" + repeated("'hrnet#.py'", 50_000, ",") + "]\n",
    "base_long.py": lambda: f"_base_ = '{'hrnet/' * 150_000}x.py'\n",
    "base_itself.py": lambda: "_base_ = ['base_itself.py'] * 10**6\nmodel = dict(type='HRNet')\n",
    "base_of_many_files.py": lambda: (
        "_base_ = ['/dev/zero', '/proc/self/environ', '../../../../etc/passwd', '.', '']\nmodel = dict(type='HRNet')\n"
    ),
    "column_zero.py": lambda: "if stage1:\n if b:\nc = 1\n",
    "tabs_and_blanks.py": lambda: "if stage1:\n\tx = 1\n        y = 2\n",
    "form_feeds.py": lambda: WORDS + "\f" * 400_000 + "x = (\n",
    "carriage_returns.py": lambda: "stage1 = dict(\r" + "a=1,\r" * 100_000,
    "nulls.py": lambda: b"stage1 = dict()\nx = '" + b"\0" * 900_000 + b"'\n",
    "coding.py": lambda: b"# -*- coding: utf-7 -*-\nstage1 = dict()\n+AGkAbQBwAG8AcgB0-\n",
    "not_utf8.py": lambda: b"stage1 = dict()\nx = '\xff\xfe'\n",
    "many_digits.py": lambda: WORDS + "x = " + "9" * 900_000 + "\n",
    "many_digits_hex.py": lambda: WORDS + "x = 0x" + "f" * 900_000 + "\ny = x * x\nz = str(x)\n",
    "many_digits_in_calls.py": lambda: WORDS + "x = int('9' * 90000)\ny = float('9' * 90000)\nz = int('1' * 9000, 2)\n",
    "complex.py": lambda: WORDS + "x = 1j\ny = x < 1\nstage2 = dict(num_modules=1j, num_branches=...)\n",
    "comments.py": lambda: WORDS + "#\n" * 490_000,
    "ignore_comments.py": lambda: WORDS + "x = 1  # hrnet: ignore[HR405] w\n" * 30_000,
    "ignore_in_strings.py": lambda: WORDS + "x = '# hrnet: ignore[HR405] w'\n" * 30_000,
    "identifiers_of_unicode.py": lambda: WORDS + repeated("\ufb01# = 1\n", 70_000),
    "annotations.py": lambda: WORDS + "x: a[" + "b[" * 150 + "]" * 151 + " = 1\n" + repeated("y#: int\n", 50_000),
    "exec_and_friends.py": lambda: WORDS + "exec('x=1')\nglobals()['a'] = 1\nvars().update(b=2)\n" * 19_000,
    "type_statements.py": lambda: WORDS + repeated("type X#[T] = list[T]\n", 40_000),
    "soft_keywords.py": lambda: WORDS + "match = case = _ = type = 1\n" * 30_000,
    "decimal_dots.py": lambda: WORDS + "x = 1" + "._" * 400_000 + "\n",
}

TEXTS: dict[str, Make] = YAML | JSON | PYTHON

SETTINGS: dict[str, Make] = {
    "key of many parts": lambda: "a." * 300_000 + "b = 1\n",
    "tables deep": lambda: "[" + "a." * 300_000 + "b]\n",
    "arrays deep": lambda: "select = " + "[" * 400_000,
    "inline tables deep": lambda: "a = " + "{a = " * 190_000,
    "patterns": lambda: f"exclude = ['{'*a' * 200_000}']\n",
    "patterns many": lambda: f"exclude = [{(chr(34) + '*' + chr(34) + ',') * 200_000}]\n",
    "severities many": lambda: "[severity]\n" + repeated("HR# = 'error'\n", 50_000),
    "tables repeated": lambda: "[budget]\n" * 100_000,
    "tables many": lambda: repeated("[a#.b]\n", 90_000),
    "not utf8": lambda: b"select = ['\xff']\n",
    "numbers": lambda: f"[budget]\nmax-params = {'9' * 900_000}\n",
    "dates": lambda: "input = 1979-05-27T07:32:00\nlock = 3\n",
    "lock elsewhere": lambda: "lock = '/etc/passwd'\nlocked = true\n",
    "more than a megabyte": lambda: "#" * 1_000_001,
    "keys unknown": lambda: repeated("selct# = 1\n", 60_000),
}

_HEADER = "version: 1\nspecs:\n"
_ENTRY = """\
  "beside#.yaml":
    input: 1x3x64x64
    params: 1
    macs: 1
    activations: 1
    branches: [1x1x1]
    outputs: [1x1x1x1]
    upsampling: nearest by factor
    batch_norm: momentum 0.1, eps 1e-05
    keys: 1
    digest: f21e2c9b0b2db0dccbb9da60f035caab240aed5a329b4f71f862e81da9e4a8d6
"""
LOCKS: dict[str, Make] = {
    "entries many": lambda: _HEADER + repeated(_ENTRY, 3_000),
    "entries equal": lambda: _HEADER + _ENTRY * 3_000,
    "keys unknown": lambda: _HEADER + _ENTRY + repeated("    kyes#: 1\n", 50_000),
    "deep": lambda: _HEADER + "  x: " + "[" * 400_000,
    "aliases": lambda: "version: 1\n" + alias_tree(60, 2),
    "long figure": lambda: _HEADER + _ENTRY.replace("params: 1", f"params: {'9' * 900_000}"),
    "long shape": lambda: _HEADER + _ENTRY.replace("1x3x64x64", "1x" * 400_000 + "1"),
    "long name": lambda: _HEADER + _ENTRY.replace("beside#", "n" * 900_000),
    "conflict": lambda: _HEADER + "<<<<<<< HEAD\n" * 60_000,
    "not utf8": lambda: b"version: 1\nspecs: {\xff: 1}\n",
    "of python": lambda: "version: !!python/object/apply:os.system ['exit 3']\nspecs: {}\n",
    "list": lambda: "- " * 400_000,
}


# Folders


def _write(folder: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def bases_in_a_chain(folder: Path) -> None:
    """Python configs of which each is based on the next."""
    _write(folder, {f"b{i}.py": f"_base_ = 'b{i + 1}.py'\nhrnet{i} = 1\n" for i in range(300)})


def bases_in_diamonds(folder: Path) -> None:
    """Each names the next two twice: 4 to the power of 60, if every path were followed."""
    _write(folder, {f"d{i}.py": f"_base_ = ['d{i + 1}.py', 'd{i + 2}.py'] * 2\nhrnet = {i}\n" for i in range(60)})


def bases_in_a_circle(folder: Path) -> None:
    """Each is based on itself in the end, in Python and in YAML."""
    _write(
        folder, {f"c{i}.py": f"_base_ = ['c{(i + 1) % 40}.py', 'c{(i + 7) % 40}.py']\nhrnet = 1\n" for i in range(40)}
    )
    _write(folder, {f"c{i}.yml": f"_base_: [c{(i + 1) % 40}.yml, c{(i + 7) % 40}.yml]\nhrnet: 1\n" for i in range(40)})


def yaml_bases_of_a_megabyte(folder: Path) -> None:
    """Twenty files with as much as one may have."""
    _write(folder, {f"y{i}.yml": f"_base_: y{i + 1}.yml\n# hrnet {'x' * 990_000}\n" for i in range(20)})


def yaml_bases_in_diamonds(folder: Path) -> None:
    """Each names the next two."""
    _write(folder, {f"y{i}.yml": f"_base_: [y{i + 1}.yml, y{i + 2}.yml]\nHRNet: {{width: {i}}}\n" for i in range(60)})


def base_that_nests(folder: Path) -> None:
    """A base whose value is as deep as it can be made."""
    _write(
        folder,
        {"base.py": "a=dict()\n" + "a=dict(a=a)\n" * 2_000, "z.py": "_base_='base.py'\nmodel=dict(type='HRNet')\n"},
    )


def names_that_are_commands(folder: Path) -> None:
    """Names of files with line breaks, commands of CI and controls of a terminal."""
    names = [
        "::error::x",
        "a\n::error::b",
        "##[error]x",
        "\x1b[31mred",
        "\u202egnp",
        "-o",
        "--config=x",
        "a#b",
        "git:HEAD:x",
    ]
    _write(folder, {f"{name}.yaml": "stage1: {num_modules: x}\n" for name in names})
    (folder / os.fsdecode(b"bytes\xff.yaml")).write_text("stage1: {num_modules: x}\n")
    (folder / ("n" * 250 + ".yaml")).write_text("stage1: {num_modules: x}\n")


def names_of_presets(folder: Path) -> None:
    """Files that are called as a preset or as standard input."""
    _write(folder, dict.fromkeys(("w32.yaml", "-.yaml", "timm:x.yaml"), "stage1: {num_modules: x}\n"))


def folders_deep(folder: Path) -> None:
    """Folders in folders."""
    deep = folder.joinpath(*["d"] * 400)
    deep.mkdir(parents=True)
    (deep / "x.yaml").write_text("stage1: {num_modules: x}\n")


def folders_that_are_linked(folder: Path) -> None:
    """Links to the folder itself, to the root, and to nothing."""
    for name, target in {"loop": ".", "root": "/", "gone": "nowhere", "up": ".."}.items():
        (folder / name).symlink_to(target)


def links_to_secrets(folder: Path) -> None:
    """Links out of the folder, in the names of configs and of bases, to what would be shown if it were read."""
    secret = folder.parent / "secret.yaml"
    secret.write_text("stage1: {num_modules: root:x}\n")
    names = {
        "passwd.yaml": "/etc/passwd",
        "env.py": "/proc/self/environ",
        "zero.yaml": "/dev/zero",
        "me.yaml": "me.yaml",
    }
    for name, target in {**names, "link.yaml": "../secret.yaml", "base.yml": str(secret)}.items():
        (folder / name).symlink_to(target)
    _write(
        folder, {f"b{i}.yml": f"_base_: {name}\nHRNet: 1\n" for i, name in enumerate(("base.yml", "../secret.yaml"))}
    )


def pipes(folder: Path) -> None:
    """Named pipes, which nobody writes to, in the names of configs and as a base."""
    os.mkfifo(folder / "pipe.yaml")
    os.mkfifo(folder / "pipe.py")
    _write(
        folder,
        {"based.py": "_base_ = 'pipe.py'\nmodel = dict(type='HRNet')\n", "based.yml": "_base_: pipe.yaml\nHRNet: 1\n"},
    )


def folder_in_the_name_of_a_file(folder: Path) -> None:
    """Folders called as configs, settings and the lock."""
    for name in ("x.yaml", "x.py", "base.py", ".hrnet-cli.toml", "hrnet.lock"):
        (folder / name).mkdir()
    _write(folder, {"based.py": "_base_ = 'base.py'\nmodel = dict(type='HRNet')\n"})


def files_many(folder: Path) -> None:
    """More files than a config folder has, each with a mistake."""
    _write(folder, {f"f{i}.yaml": f"stage1: {{num_modules: x{i}}}\n" for i in range(400)})


def files_that_are_no_config(folder: Path) -> None:
    """Files with the words of configs that are not: large, binary, empty."""
    (folder / "large.yaml").write_text("# hrnet\n" + "x" * 3_000_000)
    (folder / "binary.py").write_bytes(b"hrnet\0\xff" * 100_000)
    (folder / "empty.yaml").write_text("")
    (folder / "blank.json").write_text("\n" * 100_000)


def git_that_runs_programs(folder: Path) -> None:
    """A checkout whose settings and attributes name programs to run."""
    proof = folder / "proof"
    _write(
        folder,
        {
            ".git/config": f"[core]\n fsmonitor = touch {proof}\n pager = touch {proof}\n sshCommand = touch {proof}\n",
            ".git/HEAD": "ref: refs/heads/main\n",
            ".gitattributes": "* diff=x filter=x\n",
            "x.yaml": "stage1: {num_modules: x}\n",
        },
    )


FOLDERS: tuple[Callable[[Path], None], ...] = (
    bases_in_a_chain,
    bases_in_diamonds,
    bases_in_a_circle,
    yaml_bases_of_a_megabyte,
    yaml_bases_in_diamonds,
    base_that_nests,
    names_that_are_commands,
    names_of_presets,
    folders_deep,
    folders_that_are_linked,
    links_to_secrets,
    pipes,
    folder_in_the_name_of_a_file,
    files_many,
    files_that_are_no_config,
    git_that_runs_programs,
)
