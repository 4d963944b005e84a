// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonPostgreSQLStore
import LiaisonTestKit
import Testing

/// Whole programs, driven by the readable scripts in `Tests/Scripts`. Each sets up what it needs, stops it, and
/// exits 0 when everything was as it says. One that hangs is ended, and fails with the last commands that it ran.
struct ScriptTests {
    /// So many at a time: as many as the machines of these tests have processors.
    private static let lanes = Lanes(2)

    /// The longest takes about two minutes on two cores that other tests share.
    static let limitInSeconds = 900

    static let scripts =
        (try? FileManager.default.contentsOfDirectory(atPath: "\(Programs.root)/Tests/Scripts"))?
        .filter { $0.hasSuffix(".sh") && $0 != "lib.sh" }.sorted() ?? []

    /// A process inherits which signals are blocked, and servers in this process block SIGTERM: a script that ends what it
    /// started would wait for ever.
    private static let withoutBlockedSignals =
        "import os, signal, sys; signal.pthread_sigmask(signal.SIG_SETMASK, []); os.execvp(sys.argv[1], sys.argv[1:])"

    @Test(arguments: scripts)
    func script(name: String) async throws {
        await Self.lanes.enter()
        defer { Task { await Self.lanes.leave() } }
        let directory = try TemporaryDirectory()
        let start = ContinuousClock.now
        let output = try await WaitingThread.run {
            try Programs.run(
                "/usr/bin/env",
                ["python3", "-c", Self.withoutBlockedSignals, "timeout", "--kill-after=10", "\(Self.limitInSeconds)"]
                    + ["/bin/bash", "\(Programs.root)/Tests/Scripts/\(name)", directory.path],
                environment: ["PYTHON": Programs.python, "ROOT": Programs.root])
        }
        // Written at once, so that a run that is broken off says which script was at work.
        print("\(name): \((ContinuousClock.now - start).components.seconds) s")
        fflush(nil)
        #expect(output.status == 0, "\(output.text)\(output.standardError)\(Self.lastCommands(in: directory))")
    }

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
            if free > 0 {
                free -= 1
            } else {
                await withCheckedContinuation { waiting.append($0) }
            }
        }

        func leave() {
            if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
        }
    }

    @Test func thereAreScripts() { #expect(Self.scripts.count >= 6) }
}
