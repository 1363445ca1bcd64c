namespace KernelGen.Text;

/// <summary>Puts the parts of sentences, which come one after the other, together with what stands between the sentences, as <see cref="SentenceJoining"/> does.</summary>
internal sealed class SentenceParts(SourceText source)
{
    private string _before = "";
    private bool _hasPart;

    /// <summary>A part as it follows those before.</summary>
    /// <param name="sentence">Its sentence.</param>
    /// <param name="part">The part, not empty.</param>
    public string Add(int sentence, string part)
    {
        string separator = _hasPart || sentence == 0 ? "" : SentenceJoining.Separator(source, sentence, _before, part);
        _hasPart = true;
        _before = part;
        return separator + part;
    }

    /// <summary>Ends a sentence.</summary>
    /// <returns>What stands before it, where nothing was generated for it; often empty.</returns>
    public string End(int sentence)
    {
        string separator = _hasPart || sentence == 0 ? "" : SentenceJoining.Separator(source, sentence, _before, "");
        _hasPart = false;
        _before += separator;
        return separator;
    }
}
