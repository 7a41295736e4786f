#!/usr/bin/env python3
"""Shows each rule a file that breaks it and one that doesn't."""

import unittest

import build_files
import layers
import shape
import text
from source import File, Tree

HEADER = "// A list of things. Any thread.\n#pragma once\n"


def problems(rule, *files):
    """What a rule says of these files, given as (path, text): a list of `path:line`."""
    tree = Tree("/nowhere", [File(path, content) for path, content in files])
    return [f"{path}:{line}" for path, line, _ in rule(tree)]


def body(lines):
    """A function of this many lines, from its first brace to its last."""
    return "int f(int x) {\n" + "x++;\n" * (lines - 2) + "}\n"


class Layers(unittest.TestCase):
    FILES = (
        ("base/a.hpp", HEADER),
        ("core_db/b.hpp", HEADER),
        ("server/c.hpp", HEADER),
        ("worker/d.hpp", HEADER),
    )

    def check(self, path, header):
        included = (path, f'#include "{header}"\n')
        return problems(layers.check_layers, *self.FILES, included)

    def test_a_layer_sees_what_is_below(self):
        self.assertEqual(self.check("core_db/x.cpp", "base/a.hpp"), [])
        self.assertEqual(self.check("server/x.cpp", "core_db/b.hpp"), [])
        self.assertEqual(self.check("tests/unit/x.cpp", "server/c.hpp"), [])

    def test_nothing_sees_what_is_above_or_beside(self):
        self.assertEqual(self.check("base/x.cpp", "core_db/b.hpp"), ["base/x.cpp:1"])
        self.assertEqual(self.check("worker/x.cpp", "server/c.hpp"), ["worker/x.cpp:1"])
        self.assertEqual(self.check("tenant_db/x.cpp", "worker/d.hpp"), ["tenant_db/x.cpp:1"])

    def test_own_headers_are_named_from_the_root(self):
        self.assertEqual(self.check("base/x.cpp", "a.hpp"), ["base/x.cpp:1"])

    def test_the_connector_stays_behind_its_door(self):
        include = "#include <cppconn/driver.h>\n"
        self.assertEqual(problems(layers.check_doors, ("base/mysql/x.cpp", include)), [])
        self.assertEqual(
            problems(layers.check_doors, ("tenant_db/x.cpp", include)), ["tenant_db/x.cpp:1"]
        )

    def test_the_network_stays_in_the_server(self):
        include = "\n#include <boost/asio/ip/tcp.hpp>\n"
        self.assertEqual(problems(layers.check_doors, ("server/x.cpp", include)), [])
        self.assertEqual(problems(layers.check_doors, ("base/x.cpp", include)), ["base/x.cpp:2"])


class Shape(unittest.TestCase):
    def functions(self, code):
        return list(shape.functions(File("base/x.cpp", code).code()))

    def test_function_length(self):
        allowed, long = body(70), body(71)
        self.assertEqual(problems(shape.check_function_length, ("base/x.cpp", allowed)), [])
        self.assertEqual(
            problems(shape.check_function_length, ("base/x.cpp", allowed + long)), ["base/x.cpp:71"]
        )

    def test_functions_are_found_wherever_they_stand(self):
        method = "namespace a {\nclass B {\nvoid f() const {\n}\n};\n}\n"
        self.assertEqual(self.functions(method), [(3, 4)])
        self.assertEqual(self.functions("TEST_F(A, B) {\nif (x) {\n}\n}\n"), [(1, 4)])
        self.assertEqual(self.functions("auto f = [](int x) {\nreturn x;\n};\n"), [(1, 3)])
        self.assertEqual(self.functions("bool A::operator==(const A& b) const {\n}\n"), [(1, 2)])
        self.assertEqual(self.functions("#define F(x) x\nstruct A {\nint x{f(1)};\n};\n"), [])

    def test_a_constructors_body_comes_after_its_members(self):
        code = "A::A(int b)\n: b_{b}\n, c_(b)\n, d_{b} {\nrun();\n}\n"
        self.assertEqual(self.functions(code), [(4, 6)])
        self.assertEqual(self.functions("struct A {\nA(B b = {}) {\n}\n};\n"), [(2, 3)])

    def test_tables_and_types_are_no_functions(self):
        table = "const B b = {f(1), {2}};\nenum class C : int { a };\n"
        self.assertEqual(self.functions(table), [])

    def test_braces_in_comments_and_literals_do_not_count(self):
        code = 'void f() {\n// }\nauto a = "}";\nauto b = R"({{)";\nauto c = \'}\';\n}\n'
        self.assertEqual(self.functions(code), [(1, 6)])

    def test_file_length(self):
        self.assertEqual(problems(shape.check_file_length, ("base/x.cpp", "\n" * 400)), [])
        self.assertEqual(
            problems(shape.check_file_length, ("base/x.cpp", "\n" * 401)), ["base/x.cpp:400"]
        )

    def test_headers(self):
        self.assertEqual(problems(shape.check_headers, ("base/x.hpp", HEADER)), [])
        self.assertEqual(
            problems(shape.check_headers, ("base/x.hpp", "#pragma once\n")), ["base/x.hpp:1"]
        )
        self.assertEqual(problems(shape.check_headers, ("base/x.hpp", "// A.\n")), ["base/x.hpp:1"])


class Text(unittest.TestCase):
    def breaks(self, rule, path, broken, fine):
        self.assertEqual(problems(rule, (path, fine)), [])
        self.assertEqual(problems(rule, (path, broken)), [f"{path}:1"])

    def test_reminders(self):
        self.breaks(text.check_reminders, "base/x.cpp", "// TO" + "DO later\n", "// to do\n")

    def test_machine_paths(self):
        path = "see /ho" + "me/ann/x\n"
        self.breaks(text.check_machine_paths, "a.md", path, "GET /work, a/home/b\n")

    def test_secrets(self):
        key = "-----BEGIN PRIVATE " + "KEY-----\n"
        self.breaks(text.check_secrets, "x.pem", key, "-----BEGIN CERTIFICATE-----\n")

    def test_sleeping_tests(self):
        sleep = "std::this_thread::sleep_" + "for(1s);\n"
        self.breaks(text.check_sleeping_tests, "tests/unit/x.cpp", sleep, "clock.advance(1s);\n")
        self.assertEqual(problems(text.check_sleeping_tests, ("worker/x.cpp", sleep)), [])

    def test_whitespace(self):
        for broken in ("\tx\n", "x \n", "x"):
            self.breaks(text.check_whitespace, "base/x.cpp", broken, "  x\n")


class BuildFiles(unittest.TestCase):
    def test_each_source_is_listed(self):
        lists = ("tests/u/CMakeLists.txt", "add_executable(t\n  base/a.cpp ../c.cpp # base/b.cpp\n)\n")
        listed, above = ("tests/u/base/a.cpp", ""), ("tests/c.cpp", "")
        forgotten = ("tests/u/base/b.cpp", "")
        rule = build_files.check_cmake_lists
        self.assertEqual(problems(rule, lists, listed, above), [])
        self.assertEqual(problems(rule, lists, forgotten), ["tests/u/base/b.cpp:1"])

    def test_no_glob(self):
        glob = ("base/CMakeLists.txt", "# file(GLOB\nfile(GLOB sources *.cpp)\n")
        self.assertEqual(problems(build_files.check_no_glob, glob), ["base/CMakeLists.txt:2"])

    def test_shell_scripts_parse_and_stop_at_errors(self):
        start = "#!/usr/bin/env bash\nset -euo pipefail\n"
        rule = build_files.check_shell
        self.assertEqual(problems(rule, ("scripts/a", start + "true\n")), [])
        self.assertEqual(problems(rule, ("scripts/a", start + "if\n")), ["scripts/a:1"])
        self.assertEqual(problems(rule, ("scripts/a", "#!/bin/bash\ntrue\n")), ["scripts/a:1"])

    def test_links(self):
        target = ("docs/B.md", "# The `first` part, and more\n")
        for link in ("B.md", "B.md#the-first-part-and-more", "https://a.example", "../docs"):
            good = ("docs/A.md", f"[b]({link})\n")
            self.assertEqual(problems(build_files.check_links, target, good), [])
        for link in ("C.md", "B.md#second", "#nothing"):
            bad = ("docs/A.md", f"[b]({link})\n")
            self.assertEqual(problems(build_files.check_links, target, bad), ["docs/A.md:1"])

    def test_documents_that_comments_name_are_there(self):
        files = ("docs/b.md", ""), ("base/README.md", "")
        for good in ("// see docs/b.md\n", "// see README.md\n", "// see a/b.mdx, ../c.md\n"):
            found = problems(build_files.check_mentions, *files, ("base/a.hpp", good))
            self.assertEqual(found, [])
        link = ("A.md", "[c.md](docs/b.md)\n")
        self.assertEqual(problems(build_files.check_mentions, *files, link), [])
        bad = ("base/a.hpp", "// see docs/c.md\n")
        self.assertEqual(problems(build_files.check_mentions, *files, bad), ["base/a.hpp:1"])


if __name__ == "__main__":
    unittest.main()
