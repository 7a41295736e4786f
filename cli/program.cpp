#include "cli/program.hpp"

#include "base/mysql/error.hpp"
#include "cli/nearest.hpp"
#include "cli/nouns.hpp"

#include <algorithm>
#include <ostream>

namespace bgerp::cli {

namespace {

std::vector<std::string> names_of(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        names.push_back(command->get_name());
    }
    return names;
}

/// The arguments that are no options, with the value of --config left out.
std::vector<std::string> words_of(const std::vector<std::string>& arguments) {
    std::vector<std::string> words;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i] == "--config") {
            ++i;
        } else if (!arguments[i].empty() && arguments[i].front() != '-') {
            words.push_back(arguments[i]);
        }
    }
    return words;
}

/// A word where only certain words can stand, before the parser calls it "not expected".
void check_word(const CLI::App& app, const std::string& word, const std::string& what) {
    const std::vector<std::string> known = names_of(app);
    if (std::find(known.begin(), known.end(), word) != known.end()) {
        return;
    }
    const auto meant = nearest(word, known);
    throw Failure(
        ErrorCode::usage,
        "no " + what + " '" + word + "'" +
            (meant ? "; did you mean '" + *meant + "'?" : "; see bgerp --help")
    );
}

void check_words(CLI::App& root, const std::vector<std::string>& arguments) {
    const std::vector<std::string> words = words_of(arguments);
    if (words.empty()) {
        return;
    }
    check_word(root, words[0], "noun");
    const CLI::App& noun = *root.get_subcommand(words[0]);
    if (words.size() > 1 && !names_of(noun).empty()) {
        check_word(noun, words[1], "verb of " + words[0]);
    }
}

/// What the operator can do about a database error, added to what happened.
Error explained(const mysql::DatabaseError& error) {
    Error ours = error.error();
    switch (error.error_class()) {
    case mysql::ErrorClass::connection_lost:
        ours.message += "; is it running? `bgerp db start` starts the private one";
        break;
    case mysql::ErrorClass::access_denied:
    case mysql::ErrorClass::missing_object:
        ours.code = ErrorCode::unavailable;
        ours.message = "the database is not set up for this; has `bgerp migrate core` been run?";
        break;
    default:
        break;
    }
    return ours;
}

int report(Output& output, const Error& error) {
    output.error(error);
    return exit_status(error.code);
}

int parse_and_run(
    CLI::App& root,
    Commands& commands,
    const std::string& config_file,
    const std::vector<std::string>& arguments,
    const Environment& environment,
    Output& output
) {
    check_words(root, arguments);
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend()); // as the parser wants
    root.parse(reversed);
    if (!commands.chosen()) {
        throw Failure(ErrorCode::usage, "nothing to do; see bgerp --help");
    }
    Context context(config_file, environment, output);
    return commands.chosen()(context);
}

} // namespace

int run(
    const std::vector<std::string>& arguments,
    const Environment& environment,
    std::ostream& out,
    std::ostream& remarks
) {
    std::string config_file;
    bool json = false;
    Commands commands;
    CLI::App root("bgerp: jobs and queues with a database per tenant", "bgerp");
    root.fallthrough(); // --json may stand anywhere
    root.require_subcommand(1);
    root.set_version_flag("--version", BGERP_VERSION);
    root.add_option("--config", config_file, "Configuration file; bgerp.yaml if there is one");
    root.add_flag("--json", json, "One JSON document on stdout, nothing else");
    add_nouns(root, commands);
    // Needed before the parser has seen it, for the parser's own errors.
    const bool wants_json =
        std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
    Output output(out, remarks, wants_json);
    try {
        return parse_and_run(root, commands, config_file, arguments, environment, output);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) { // --help, --version
            return root.exit(error, out, remarks);
        }
        return report(output, {ErrorCode::usage, error.what(), {}, {}});
    } catch (const mysql::DatabaseError& error) {
        return report(output, explained(error));
    } catch (const Failure& failure) {
        return report(output, failure.error());
    } catch (const std::exception& error) {
        return report(output, {ErrorCode::internal, "an unexpected error", {}, error.what()});
    }
}

} // namespace bgerp::cli
