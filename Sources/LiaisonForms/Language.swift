// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// The two languages that agents see.
public enum Language: String, Sendable, CaseIterable {
    case fr, en

    /// From the environment, as POSIX orders it: LC_ALL, LC_MESSAGES, LANG. French unless it says English.
    public init(environment: [String: String]) {
        let value = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        self = value?.hasPrefix("en") == true ? .en : .fr
    }

    /// The one of two texts that is in this language.
    public func callAsFunction(_ fr: String, _ en: String) -> String { self == .fr ? fr : en }
}

/// A text in both languages.
public struct Label: Codable, Hashable, Sendable {
    public var fr: String
    public var en: String

    public init(fr: String, en: String) {
        self.fr = fr
        self.en = en
    }

    public func text(_ language: Language) -> String { language(fr, en) }
}
