using KernelGen.Execution;

namespace KernelGen.Tests.Reference;

/// <summary>
/// Beam search as Transformers define it, in the words of their documentation: every step scores every live hypothesis anew and ranks all continuations of all of
/// them. With groups it is the search of their versions 4.31 to 4.56. Sums have the bits that the runtime's have.
/// </summary>
internal sealed class ReferenceHuggingFaceBeamSearch
{
    private readonly ModelDescription _description;
    private readonly GenerationOptions _options;
    private readonly ReferenceRules _rules;

    public ReferenceHuggingFaceBeamSearch(EncoderDecoder model, ModelDescription description, RuleCase ruleCase)
    {
        _description = description;
        _options = ruleCase.Options;
        _rules = new ReferenceRules(model, description, ruleCase);
    }

    /// <summary>The hypotheses that are asked for, the best first.</summary>
    public IReadOnlyList<Answer> Search(int[] source)
    {
        Group[] groups = [.. Enumerable.Range(0, _options.BeamGroups).Select(static _ => new Group())];
        for (int length = 1; length <= _rules.MaxLength && groups.Any(static group => !group.IsOver); length++)
        {
            List<int> chosen = [];
            foreach (Group group in groups)
            {
                if (group.IsOver)
                {
                    chosen.AddRange(Enumerable.Repeat(_description.PadToken, Width));
                    continue;
                }

                List<Child> ranked = Ranked(source, group, chosen);
                (Child[] Children, bool IsOver) step = _options.BeamGroups == 1 ? Advance(group, ranked, length) : AdvanceInGroup(group, ranked, length);
                if (ranked.Count == 0 && group.Finished.Count == 0)
                {
                    group.Finished.AddRange(group.Live.Select(live => new Answer(live.Tokens, _rules.Score(live.Sum, length - 1), FinishReason.NothingAllowed, live.LogProbabilities)));
                }

                group.Live = [.. step.Children.Select(static child => child.Hypothesis)];
                group.IsOver = step.IsOver || group.Live.Count == 0;
                chosen.AddRange(step.Children.Select(static child => child.Token));
            }
        }

        // Of equal scores the one that was finished last comes first where there are groups, and last where there are none.
        IEnumerable<Answer> finished = groups.SelectMany(static group => group.Finished);
        return [.. (_options.BeamGroups == 1 ? finished : finished.Reverse()).OrderByDescending(static answer => answer.Score).Take(_options.HypothesisCount)];
    }

    private int Width => _options.BeamSize / _options.BeamGroups;

    /// <summary>Version 4.50: what stops among the first ranks is finished, at the maximum length everything stops.</summary>
    private (Child[] Children, bool IsOver) Advance(Group group, List<Child> ranked, int length)
    {
        group.Finished.AddRange(ranked.Take(Width).Select(child => Finished(child, length, length == _rules.MaxLength)).OfType<Answer>());
        group.Finished = [.. group.Finished.OrderByDescending(static answer => answer.Score).Take(Width)];
        Child[] children = [.. ranked.Where(child => Finished(child, length, length == _rules.MaxLength) is null).Take(Width)];
        return (children, children.Length > 0 && IsSettled(group, children[0].Hypothesis.Sum, length));
    }

    /// <summary>Before version 4.50: candidates in order until enough live on, each of the others replacing the worst; at the maximum length live ones are added.</summary>
    private (Child[] Children, bool IsOver) AdvanceInGroup(Group group, List<Child> ranked, int length)
    {
        void Add(Answer answer)
        {
            if (group.Finished.Count < Width || answer.Score > group.Finished.Min(static finished => finished.Score))
            {
                group.Finished.Add(answer);
            }

            if (group.Finished.Count > Width)
            {
                group.Finished.Remove(group.Finished.MinBy(static finished => finished.Score)!);
            }
        }

        List<Child> children = [];
        for (int rank = 0; rank < ranked.Count && children.Count < Width; rank++)
        {
            Answer? finished = Finished(ranked[rank], length, isLast: false);
            if (finished is null)
            {
                children.Add(ranked[rank]);
            }
            else if (rank < Width)
            {
                Add(finished with { EndToken = finished.EndToken is null ? null : _rules.EndTokens[0] });
            }
        }

        bool isOver = ranked.Count > 0 && IsSettled(group, ranked[0].Hypothesis.Sum, length);
        if (!isOver && length == _rules.MaxLength)
        {
            children.ForEach(child => Add(Finished(child, length, isLast: true)!));
        }

        return ([.. children], isOver);
    }

    private bool IsSettled(Group group, double best, int length) =>
        group.Finished.Count == Width
        && _options.EarlyStopping switch
        {
            EarlyStopping.WhenFull => true,
            EarlyStopping.Never when _options.LengthPenalty > 0 => _rules.Score(best, _rules.MaxLength) <= group.Finished.Min(static answer => answer.Score),
            _ => _rules.Score(best, length) <= group.Finished.Min(static answer => answer.Score),
        };

    /// <summary>A continuation that stops, as it is finished; nothing for one that lives on.</summary>
    private Answer? Finished(Child child, int length, bool isLast)
    {
        double score = _rules.Score(child.Hypothesis.Sum, length);
        return _rules.EndTokens.Contains(child.Token) ? new Answer(child.Hypothesis.Tokens[..^1], score, FinishReason.EndToken, child.Hypothesis.LogProbabilities, child.Token)
            : isLast ? new Answer(child.Hypothesis.Tokens, score, FinishReason.Length, child.Hypothesis.LogProbabilities)
            : _rules.Stops(child.Hypothesis.Tokens) ? new Answer(child.Hypothesis.Tokens, score, FinishReason.Stopped, child.Hypothesis.LogProbabilities)
            : null;
    }

    private List<Child> Ranked(int[] source, Group group, List<int> shunned) =>
    [
        .. group.Live
            .SelectMany((live, parent) => _rules.HuggingFaceContinuations(source, live.Tokens, shunned).Select(next => (Parent: parent, Next: next, Live: live, Sum: live.Sum + next.LogProbability)))
            .OrderByDescending(static next => next.Sum)
            .ThenBy(static next => next.Parent)
            .ThenByDescending(static next => next.Next.Logit)
            .ThenBy(static next => next.Next.Token)
            .Take((1 + _rules.EndTokens.Length) * Width)
            .Select(static next => new Child(next.Next.Token, new Hypothesis([.. next.Live.Tokens, next.Next.Token], next.Sum, [.. next.Live.LogProbabilities, next.Next.TokenLogProbability]))),
    ];

    /// <summary>A hypothesis, with the sum of what its tokens added.</summary>
    private sealed record Hypothesis(int[] Tokens, double Sum, float[] LogProbabilities);

    /// <summary>A hypothesis that has just got its last token.</summary>
    private sealed record Child(int Token, Hypothesis Hypothesis);

    private sealed class Group
    {
        public List<Hypothesis> Live { get; set; } = [new([], 0, [])];

        public List<Answer> Finished { get; set; } = [];

        public bool IsOver { get; set; }
    }
}
