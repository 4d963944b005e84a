// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// What is wrong with a form that was sent, and at which of its fields that is said and the cursor stands.
struct Fault<Field: Sendable>: Sendable {
    let problem: String?
    /// By the name of the field.
    let wrong: [String: Bool]
    let focus: [String: Bool]

    /// Nothing yet: the cursor stands where one begins.
    init(beginAt first: Field) {
        (problem, wrong, focus) = (nil, [:], ["\(first)": true])
    }

    init(_ problem: String, at field: Field) {
        self.problem = problem
        wrong = ["\(field)": true]
        focus = wrong
    }
}
