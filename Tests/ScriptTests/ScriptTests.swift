// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonPostgreSQLStore
import LiaisonTestKit
import Testing

/// Whole programs, driven by the readable scripts in `Tests/Scripts`. Each sets up what it needs, stops it, and
/// exits 0 when everything was as it says. One that hangs is ended, and fails with the last commands that it ran.
struct ScriptTests {
    /// So many at a time: three more than the machines of these tests have processors, because scripts wait for deadlines and pages.
    private static let lanes = Lanes(5)

    /// The longest takes about eight minutes on two cores that all other tests share.
    static let limitInSeconds = 900

    /// Begun before the others, so that none of them is at work alone in the end.
    private static let longest = ["desk-stories.sh", "desk-registrar.sh", "desk.sh", "offline.sh"]

    static let scripts =
        longest
        + ((try? FileManager.default.contentsOfDirectory(atPath: "\(Programs.root)/Tests/Scripts")) ?? [])
        .filter { $0.hasSuffix(".sh") && $0 != "lib.sh" && !longest.contains($0) }.sorted()

    /// A process inherits which signals are blocked, and servers in this process block SIGTERM: a script that ends what it
    /// started would wait for ever. What the script and all that it waited for used of the processors goes into a file.
    private static let withoutBlockedSignals = """
        import resource, signal, subprocess, sys
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        code = subprocess.run(sys.argv[2:]).returncode
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        with open(sys.argv[1], "w") as file:
            file.write(f"{usage.ru_utime + usage.ru_stime:.0f}")
        sys.exit(code if code >= 0 else 128 - code)
        """

    @Test(arguments: scripts)
    func script(name: String) async throws {
        await Self.lanes.enter()
        defer { Task { await Self.lanes.leave() } }
        let directory = try TemporaryDirectory()
        let start = ContinuousClock.now
        let output = try await Programs.run(
            "/usr/bin/env",
            ["python3", "-c", Self.withoutBlockedSignals, "\(directory.path)/processor"]
                + ["timeout", "--kill-after=10", "\(Self.limitInSeconds)"]
                + ["/bin/bash", "\(Programs.root)/Tests/Scripts/\(name)", directory.path],
            environment: ["PYTHON": Programs.python, "ROOT": Programs.root, "SANDBOXES": Self.sandboxes])
        let processor = (try? String(contentsOfFile: "\(directory.path)/processor", encoding: .utf8)) ?? "?"
        // Written at once, so that a run that is broken off says which script was at work.
        print("\(name): \((ContinuousClock.now - start).components.seconds) s, \(processor) s of a processor")
        fflush(nil)
        #expect(output.status == 0, "\(output.text)\(output.standardError)\(Self.lastCommands(in: directory))")
    }

    /// Sandboxes that were only set up, for scripts to copy; gone when this process ends.
    private static let sandboxes: String = {
        atexit { try? FileManager.default.removeItem(atPath: ScriptTests.sandboxesPath) }
        return sandboxesPath
    }()

    private static var sandboxesPath: String { "\(NSTemporaryDirectory())liaison-sandboxes-\(getpid())" }

    /// What the script did last, from the trace that `lib.sh` keeps.
    private static func lastCommands(in directory: TemporaryDirectory) -> String {
        let trace = (try? String(contentsOfFile: "\(directory.path)/trace", encoding: .utf8)) ?? ""
        return "Last commands:\n" + trace.split(separator: "\n").suffix(15).joined(separator: "\n")
    }

    /// Lets some in at a time, in the order in which they come.
    private actor Lanes {
        private var free: Int
        private var waiting: [CheckedContinuation<Void, Never>] = []

        init(_ count: Int) { free = count }

        func enter() async {
            guard free == 0 else { return free -= 1 }
            await withCheckedContinuation { waiting.append($0) }
        }

        func leave() {
            if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
        }
    }

    @Test func thereAreScripts() { #expect(Self.scripts.count >= 30) }
}
