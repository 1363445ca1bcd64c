using System.Collections.Immutable;
using System.Text;
using KernelGen.Text;

namespace KernelGen.Audio;

/// <summary>The tokens of a Whisper, found by their names: what a target begins with, timestamps, and text.</summary>
/// <remarks>It does not change: any number of threads may use it at once.</remarks>
internal sealed class WhisperTokens
{
    /// <summary>The tokens of text that GPT-2 has, whose vocabulary models for English alone have. The others' is larger.</summary>
    private const int EnglishTextTokens = 50256;

    private readonly HuggingFaceTokenizer _tokenizer;
    private readonly Lazy<ImmutableArray<int>> _blankTokens;
    private readonly Lazy<ImmutableArray<int>> _nonSpeech;

    /// <param name="tokenizer">The tokenizer of the model, with <see cref="HuggingFaceTokenizerOptions.AddSpecialTokens"/> off.</param>
    /// <param name="isMultilingual">Whether the model hears more than English; where it is not known, the size of the vocabulary tells.</param>
    /// <exception cref="InvalidDataException">The tokenizer lacks a token that every Whisper has.</exception>
    public WhisperTokens(HuggingFaceTokenizer tokenizer, bool? isMultilingual = null)
    {
        _tokenizer = tokenizer;
        End = Require("<|endoftext|>");
        StartOfTranscript = Require("<|startoftranscript|>");
        StartOfPrevious = Require("<|startofprev|>");
        NoTimestamps = Require("<|notimestamps|>");
        NoSpeech = tokenizer.TokenOf("<|nospeech|>") ?? Require("<|nocaptions|>");
        Transcribe = Require("<|transcribe|>");
        Translate = Require("<|translate|>");
        StartOfLanguageModel = tokenizer.TokenOf("<|startoflm|>");

        // Files of some years ago do not name the timestamps, which come last.
        FirstTimestamp = tokenizer.TokenOf("<|0.00|>") ?? NoTimestamps + 1;
        IsMultilingual = isMultilingual ?? End > EnglishTextTokens;
        var languages = ImmutableArray.CreateBuilder<LanguageToken>();
        foreach (SpeechLanguage language in SpeechLanguages.All)
        {
            if (tokenizer.TokenOf($"<|{language.Code}|>") is { } token)
            {
                languages.Add(new LanguageToken(language.Code, token));
            }
        }

        Languages = languages.ToImmutable();
        _blankTokens = new Lazy<ImmutableArray<int>>(() => [.. tokenizer.Encode(" "), End]);
        _nonSpeech = new Lazy<ImmutableArray<int>>(() => NonSpeechTokens.Of(tokenizer));
        Special = [.. Specials().Order()];
    }

    /// <summary>Whether the model hears more than English. One that does not is told no language and no task.</summary>
    public bool IsMultilingual { get; }

    /// <summary>The token that ends a target. All tokens of text are below it.</summary>
    public int End { get; }

    /// <summary>The token after which a transcript begins, and the model says whether there is speech.</summary>
    public int StartOfTranscript { get; }

    /// <summary>The token after which earlier text stands.</summary>
    public int StartOfPrevious { get; }

    /// <summary>The token of a task that no published model has, or <see langword="null"/>.</summary>
    public int? StartOfLanguageModel { get; }

    /// <summary>The token that asks for the spoken words.</summary>
    public int Transcribe { get; }

    /// <summary>The token that asks for them in English.</summary>
    public int Translate { get; }

    /// <summary>The token whose probability says that there is no speech.</summary>
    public int NoSpeech { get; }

    /// <summary>The token that asks for text without timestamps.</summary>
    public int NoTimestamps { get; }

    /// <summary>The timestamp of the beginning of a window; those of later times follow it, and nothing else does.</summary>
    public int FirstTimestamp { get; }

    /// <summary>The languages that there are tokens for, in the order of <see cref="SpeechLanguages.All"/>.</summary>
    public ImmutableArray<LanguageToken> Languages { get; }

    /// <summary>What a text may not begin with: a single space, and the end. Whoever asks waits for the tokenizer's merges.</summary>
    public ImmutableArray<int> BlankTokens => _blankTokens.Value;

    /// <summary>Tokens of what nobody says: brackets, musical notes. Whoever asks waits for the tokenizer's merges.</summary>
    public ImmutableArray<int> NonSpeech => _nonSpeech.Value;

    /// <summary>Tokens that steer the model, and are not text.</summary>
    public ImmutableArray<int> Special { get; }

    /// <summary>The token of a language, or <see langword="null"/> where the model has none.</summary>
    public int? TokenOf(string languageCode)
    {
        foreach (LanguageToken language in Languages)
        {
            if (language.Code == languageCode)
            {
                return language.Token;
            }
        }

        return null;
    }

    /// <summary>What stands before a text: the start of the transcript, and where the model hears several languages, the language and the task.</summary>
    /// <param name="language">The code of a language of the model.</param>
    /// <param name="task">The task.</param>
    public ImmutableArray<int> StartSequence(string language, TranscriptionTask task)
    {
        if (!IsMultilingual)
        {
            return [StartOfTranscript];
        }

        int token = TokenOf(language) ?? throw new ArgumentException($"The model has no token for the language {language}.", nameof(language));
        return [StartOfTranscript, token, task switch
        {
            TranscriptionTask.Transcribe => Transcribe,
            TranscriptionTask.Translate => Translate,
            _ => throw new ArgumentOutOfRangeException(nameof(task), task, "There is no such task."),
        }];
    }

    /// <summary>The tokens of a text that stands before another one: with a space before it, and none after it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="option">The option that gives it, to be named where it is not usable.</param>
    /// <exception cref="ArgumentException">The text has what is a special token of the model.</exception>
    public int[] Encode(string text, string option)
    {
        int[] tokens = _tokenizer.Encode(" " + text.Trim());
        foreach (int token in tokens)
        {
            if (token >= End)
            {
                throw new ArgumentException($"{option} contains {ShownText.Of(_tokenizer.Piece(token), 40)}, which is a special token of the model and no text. Leave it out.", option);
            }
        }

        return tokens;
    }

    /// <summary>The text of tokens, without timestamps. Other special tokens, which only come where they are not suppressed, are written as they are called.</summary>
    public string Decode(ReadOnlySpan<int> tokens) => Write(tokens, FirstTimestamp);

    /// <summary>The text of tokens, with every special token, timestamps too, as it is called.</summary>
    public string DecodeWithTimestamps(ReadOnlySpan<int> tokens) => Write(tokens, int.MaxValue);

    private string Write(ReadOnlySpan<int> tokens, int limit)
    {
        var text = new StringBuilder(4 * tokens.Length);
        int done = 0;
        for (int i = 0; i <= tokens.Length; i++)
        {
            if (i < tokens.Length && tokens[i] < End)
            {
                continue;
            }

            if (done < i)
            {
                text.Append(_tokenizer.Decode(tokens[done..i]));
            }

            if (i < tokens.Length && tokens[i] < limit && tokens[i] < _tokenizer.VocabularySize)
            {
                text.Append(_tokenizer.Piece(tokens[i]));
            }

            done = i + 1;
        }

        return text.ToString();
    }

    private IEnumerable<int> Specials()
    {
        yield return StartOfTranscript;
        yield return StartOfPrevious;
        yield return Transcribe;
        yield return Translate;
        yield return NoSpeech;
        if (StartOfLanguageModel is { } token)
        {
            yield return token;
        }
    }

    private int Require(string name) => _tokenizer.TokenOf(name)
        ?? throw new InvalidDataException($"The tokenizer has no token {name}: it is not the tokenizer of a Whisper. Give the tokenizer.json that lies beside the model.");
}
