internal import ArgumentParser

struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        "completion", "Prints the script that completes agentctl's commands in a shell.",
        discussion: """
            Commands, options, their values and files are completed with the tab key. To install it:

            bash, for you alone, with the package bash-completion:
              cd ~/.local/share && mkdir -p bash-completion/completions
              agentctl completion bash > bash-completion/completions/agentctl
            bash without that package, in ~/.bashrc:
              source <(agentctl completion bash)
            zsh, in a folder of $fpath, before compinit runs:
              agentctl completion zsh > ~/.zfunc/_agentctl
            fish:
              agentctl completion fish > ~/.config/fish/completions/agentctl.fish

            Then open a new shell.
            """,
        examples: ["agentctl completion bash"])

    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish
    }

    @Argument(help: "The shell.")
    var shell: Shell

    func run() {
        let shell: CompletionShell =
            switch self.shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        Terminal.standardOutput(Agentctl.completionScript(for: shell) + "\n")
    }
}
