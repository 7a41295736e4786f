#include "base/process.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace bgerp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class ProcessTest : public testing::Test {
protected:
    ProcessTest() {
        std::string name = testing::TempDir() + "process_test_XXXXXX";
        EXPECT_NE(mkdtemp(name.data()), nullptr);
        dir_ = name;
    }

public:
    ~ProcessTest() override { std::filesystem::remove_all(dir_); }

protected:
    [[nodiscard]] std::string path(const std::string& name) const { return dir_ + "/" + name; }

    [[nodiscard]] std::string read(const std::string& name) const {
        std::ifstream file(path(name));
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }

    static Process run(const std::string& script, ProcessOptions options = {}) {
        options.command = {"sh", "-c", script};
        return value_or_throw(Process::start(options));
    }

    static Deadline soon() { return Deadline::after(seconds(10)); }

private:
    std::string dir_;
};

TEST_F(ProcessTest, TellsHowTheChildEnded) {
    Process fine = run("exit 0");
    EXPECT_TRUE(fine.wait(soon())->success());
    Process failing = run("exit 7");
    EXPECT_EQ(failing.wait(soon())->status, 7);
    EXPECT_EQ(failing.wait(soon())->status, 7) << "a second wait returns the same";
    Process killed = run("kill -9 $$");
    EXPECT_EQ(killed.wait(soon())->signal, SIGKILL);
}

TEST_F(ProcessTest, AProgramThatIsNotThereIsNotFound) {
    ProcessOptions options;
    options.command = {"bgerp-no-such-program"};
    const auto started = Process::start(options);
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, ErrorCode::not_found);
}

TEST_F(ProcessTest, WaitGivesUpAtTheDeadline) {
    Process process = run("sleep 60");
    EXPECT_FALSE(process.wait(Deadline::after(milliseconds(20))));
}

TEST_F(ProcessTest, OutputsAreAppendedToFiles) {
    ProcessOptions options;
    options.stdout_file = path("out");
    options.stderr_file = path("err");
    for (int i = 0; i < 2; ++i) {
        Process process = run("echo one; echo two >&2", options);
        EXPECT_TRUE(process.wait(soon())->success());
    }
    EXPECT_EQ(read("out"), "one\none\n");
    EXPECT_EQ(read("err"), "two\ntwo\n");
}

TEST_F(ProcessTest, InputEnvironmentAndFolderAreTheOnesGiven) {
    std::ofstream(path("in")) << "hello";
    ProcessOptions options;
    options.stdin_file = path("in");
    options.stdout_file = path("out");
    options.working_dir = path("");
    options.environment = Environment{{"COLOUR", "blue"}, {"PATH", "/usr/bin:/bin"}};
    Process process = run("cat; echo \" $COLOUR $HOME\"; test -f in", options);
    EXPECT_TRUE(process.wait(soon())->success());
    EXPECT_EQ(read("out"), "hello blue \n");
}

TEST_F(ProcessTest, KillingTheGroupReachesGrandchildren) {
    ProcessOptions options;
    options.stdout_file = path("pid");
    // The shell ends at once; what holds the pipe open is its child.
    Process process = run("sleep 60 & echo $!; wait", options);
    const Deadline deadline = soon();
    while (read("pid").find('\n') == std::string::npos && !deadline.passed()) {
        static_cast<void>(process.wait(Deadline::after(milliseconds(5))));
    }
    const pid_t grandchild = std::stoi(read("pid"));
    process.signal_group(SIGKILL);
    EXPECT_EQ(process.wait(soon())->signal, SIGKILL);
    EXPECT_TRUE(wait_for_exit(grandchild, soon()));
}

TEST_F(ProcessTest, AForgottenChildIsKilled) {
    pid_t pid = -1;
    {
        const Process process = run("sleep 60");
        pid = process.pid();
    }
    EXPECT_TRUE(wait_for_exit(pid, Deadline::after(milliseconds(0))));
}

TEST_F(ProcessTest, ADetachedChildLivesOnInItsOwnSession) {
    pid_t pid = -1;
    {
        ProcessOptions options;
        options.new_session = true;
        Process process = run("sleep 60", options);
        pid = process.pid();
        EXPECT_EQ(getsid(pid), pid);
        process.detach();
    }
    EXPECT_EQ(kill(pid, 0), 0);
    kill(pid, SIGKILL);
    EXPECT_TRUE(wait_for_exit(pid, soon()));
    EXPECT_EQ(waitpid(pid, nullptr, 0), pid);
}

TEST_F(ProcessTest, TheChildInheritsNoOpenFile) {
    std::ofstream held(path("held")); // libstdc++ opens without close-on-exec
    ProcessOptions options;
    options.stdout_file = path("out");
    Process process = run("ls -l /proc/self/fd", options);
    EXPECT_TRUE(process.wait(soon())->success());
    EXPECT_EQ(read("out").find("held"), std::string::npos);
}

} // namespace
} // namespace bgerp
