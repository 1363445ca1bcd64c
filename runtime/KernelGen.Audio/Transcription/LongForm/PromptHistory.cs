using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>The text that stands before the next window: the initial prompt, and what was said so far.</summary>
/// <param name="initialPrompt">The tokens of the initial prompt.</param>
/// <param name="isCarried">Whether the initial prompt stands before every window.</param>
/// <param name="longest">The most tokens that a model looks back at.</param>
internal sealed class PromptHistory(ImmutableArray<int> initialPrompt, bool isCarried, int longest)
{
    private readonly List<int> _text = [];
    private bool _hasInitialPrompt = true;

    /// <summary>The tokens before the next window; none at first, where there is no initial prompt.</summary>
    public ImmutableArray<int> Next()
    {
        ImmutableArray<int> initial = isCarried || _hasInitialPrompt ? initialPrompt : [];
        int room = isCarried ? Math.Max(0, longest - initial.Length) : longest;
        return [.. initial, .. _text[Math.Max(0, _text.Count - room)..]];
    }

    /// <summary>Adds what was said.</summary>
    public void Add(ReadOnlySpan<int> tokens)
    {
        foreach (int token in tokens)
        {
            _text.Add(token);
        }

        if (_text.Count > 4 * longest)
        {
            // Nothing looks further back.
            _text.RemoveRange(0, _text.Count - longest);
        }
    }

    /// <summary>Forgets what was said, and the initial prompt where it is not carried.</summary>
    public void Reset()
    {
        _text.Clear();
        _hasInitialPrompt = false;
    }
}
