using System.Collections.Immutable;
using System.Globalization;

namespace KernelGen.Text;

/// <summary>A folder with a SentencePiece model whose pieces are numbered anew: T5, PEGASUS, NLLB, mBART-50 and M2M100, as they are without a <c>tokenizer.json</c>.</summary>
internal static class SentencePieceFolder
{
    public const string MultilingualModel = "sentencepiece.bpe.model";
    public const string Model = "spiece.model";

    private const int PublishedSentinels = 100;
    private const int PegasusOffset = 103;

    /// <summary>How many tokens follow M2M100's languages that stand for nothing: fairseq fills the vocabulary up.</summary>
    private const int MadeUpWords = 8;

    public static PretrainedTokenizer Load(PretrainedFolder folder, FolderSettings settings, PretrainedTokenizerOptions options)
    {
        if (folder.Has(MultilingualModel))
        {
            if (!Languages.AreToldApart(settings))
            {
                throw folder.UnknownFamily(MultilingualModel, settings, "NLLB, mBART-50 and M2M100");
            }

            Languages.RefuseLanguageAsStart(folder, settings);
            SentencePieceTokenizer pieces = SentencePieceTokenizer.Load(folder.Take(MultilingualModel, "which was there before"));
            return settings.TokenizerClass == "M2M100Tokenizer" || (settings.TokenizerClass is null && folder.Has("vocab.json"))
                ? M2M100(folder, settings, options, pieces)
                : Fairseq(folder, settings, options, pieces);
        }

        new LanguageChoice(folder.Path, [], static code => code).RefuseAll(options);
        bool isPegasus = settings.TokenizerClass == "PegasusTokenizer" || (settings.TokenizerClass is null && settings.ModelType == "pegasus");
        bool isT5 = settings.TokenizerClass is "T5Tokenizer" or "MT5Tokenizer" || (settings.TokenizerClass is null && settings.ModelType is "t5" or "mt5" or "umt5");
        if (!isPegasus && !isT5)
        {
            throw folder.UnknownFamily(Model, settings, "T5 and PEGASUS");
        }

        SentencePieceTokenizer model = SentencePieceTokenizer.Load(folder.Take(Model, "which was there before"));
        PieceNumbering numbering = isPegasus ? Pegasus(model, settings) : T5(model, settings);
        var tokenizer = new RenumberedTokenizer(model, numbering);
        return new PretrainedTokenizer(tokenizer, tokenizer, [.. folder.FilesRead]);
    }

    /// <summary>The pieces as they are, and the sentinels after them, the first of which is the last.</summary>
    private static PieceNumbering T5(SentencePieceTokenizer pieces, FolderSettings settings)
    {
        int size = pieces.VocabularySize;
        int sentinels = Math.Min(settings.ExtraIds ?? PublishedSentinels, PieceTable.MostHoles);
        var numbering = new PieceNumbering([.. Enumerable.Range(0, size)], size + sentinels)
        {
            PadToken = pieces.PadToken,
            EndToken = pieces.EndToken,
            UnknownToken = pieces.UnknownToken!.Value,
            Suffix = pieces.EndToken is { } end ? [end] : [],
        };
        for (int i = 0; i < sentinels; i++)
        {
            numbering.AddSpecial(size + sentinels - 1 - i, string.Create(CultureInfo.InvariantCulture, $"<extra_id_{i}>"));
        }

        foreach (int? token in new[] { pieces.PadToken, pieces.EndToken, pieces.UnknownToken })
        {
            if (token is not null)
            {
                numbering.AddSpecial(token.Value, pieces.Piece(token.Value));
            }
        }

        return numbering;
    }

    /// <summary>The pieces moved, and before them what the model was trained with.</summary>
    private static PieceNumbering Pegasus(SentencePieceTokenizer pieces, FolderSettings settings)
    {
        int offset = Math.Min(settings.Offset ?? PegasusOffset, PieceTable.MostHoles);
        int unknown = pieces.UnknownToken!.Value + offset;
        var numbering = new PieceNumbering([.. Enumerable.Range(offset, pieces.VocabularySize)], offset + pieces.VocabularySize)
        {
            PadToken = 0,
            EndToken = 1,
            UnknownToken = unknown,
            Suffix = [1],
        };
        numbering.AddSpecial(0, "<pad>");
        numbering.AddSpecial(1, "</s>");
        for (int token = 2; token < offset + 2 && token < unknown; token++)
        {
            numbering.AddSpecial(token, token < 4 ? string.Create(CultureInfo.InvariantCulture, $"<mask_{token - 1}>") : string.Create(CultureInfo.InvariantCulture, $"<unk_{token - 2}>"));
        }

        numbering.AddSpecial(unknown, "<unk>");
        return numbering;
    }

    /// <summary>NLLB and mBART-50: fairseq's four special tokens, the pieces moved by one, the languages, and the mask.</summary>
    private static PretrainedTokenizer Fairseq(PretrainedFolder folder, FolderSettings settings, PretrainedTokenizerOptions options, SentencePieceTokenizer pieces)
    {
        ImmutableArray<string> codes = [.. settings.AdditionalTokens.Where(LanguageCodes.IsCode)];
        bool isMBart = settings.TokenizerClass == "MBart50Tokenizer" || (settings.TokenizerClass is null && settings.ModelType == "mbart");
        codes = codes.IsEmpty ? isMBart ? LanguageCodes.MBart50 : LanguageCodes.Nllb : codes;
        int size = pieces.VocabularySize;
        int[] tokens = [.. Enumerable.Range(0, size).Select(piece => piece == pieces.UnknownToken ? 3 : pieces.Piece(piece) switch { "<s>" => 0, "</s>" => 2, _ => piece + 1 })];
        var numbering = new PieceNumbering(tokens, size + codes.Length + 2) { PadToken = 1, EndToken = 2, UnknownToken = 3 };
        numbering.AddSpecial(0, "<s>", "<pad>", "</s>", "<unk>");
        numbering.AddSpecial(size + 1, [.. codes]);
        numbering.AddSpecial(size + 1 + codes.Length, "<mask>");
        return Multilingual(folder, options, pieces, codes, settings.HasLegacyOrder && !isMBart, numbering);
    }

    /// <summary>M2M100: the pieces have the numbers of a vocabulary, and the languages follow it.</summary>
    private static PretrainedTokenizer M2M100(PretrainedFolder folder, FolderSettings settings, PretrainedTokenizerOptions options, SentencePieceTokenizer pieces)
    {
        string path = folder.Take("vocab.json", "which numbers the pieces of an M2M100 model");
        string source = FileContents.Name(path);
        Dictionary<string, int> vocabulary = VocabularyFile.ReadObject(FileContents.Read(path), source);
        int unknown = Special("<unk>");
        int[] tokens = [.. Enumerable.Range(0, pieces.VocabularySize).Select(piece => vocabulary.GetValueOrDefault(pieces.Piece(piece), unknown))];
        ImmutableArray<string> codes = [.. (settings.LanguageCodes == "wmt21" ? LanguageCodes.Wmt21 : LanguageCodes.M2M100).Select(Languages.Expand)];
        var numbering = new PieceNumbering(tokens, vocabulary.Count + codes.Length + MadeUpWords) { PadToken = Special("<pad>"), EndToken = Special("</s>"), UnknownToken = unknown };
        foreach (string special in new[] { "<s>", "<pad>", "</s>", "<unk>" })
        {
            numbering.AddSpecial(Special(special), special);
        }

        numbering.AddSpecial(vocabulary.Count, [.. codes]);
        return Multilingual(folder, options, pieces, codes, isLegacy: false, numbering);

        int Special(string name) => vocabulary.TryGetValue(name, out int token)
            ? token
            : throw new InvalidDataException($"{source} is not a usable vocabulary: it lacks the special token {name}. Use M2M100's own vocab.json.");
    }

    private static PretrainedTokenizer Multilingual(
        PretrainedFolder folder, PretrainedTokenizerOptions options, SentencePieceTokenizer pieces, ImmutableArray<string> codes, bool isLegacy, PieceNumbering numbering)
    {
        var choice = new LanguageChoice(folder.Path, codes, Languages.Expand);
        ImmutableArray<string> files = [.. folder.FilesRead];
        return Between(options);

        PretrainedTokenizer Between(PretrainedTokenizerOptions chosen) => SentencePieceFolder.Between(choice, chosen, pieces, codes, isLegacy, numbering, files, Between);
    }

    private static PretrainedTokenizer Between(
        LanguageChoice choice,
        PretrainedTokenizerOptions options,
        SentencePieceTokenizer pieces,
        ImmutableArray<string> codes,
        bool isLegacy,
        PieceNumbering numbering,
        ImmutableArray<string> files,
        Func<PretrainedTokenizerOptions, PretrainedTokenizer> between)
    {
        int source = numbering.SpecialToken(choice.Source(options));
        int target = numbering.SpecialToken(choice.Target(options)!);
        int end = numbering.EndToken!.Value;

        // The first NLLB tokenizers put the language of a source after it; targets always begin with theirs.
        return new PretrainedTokenizer(
            new RenumberedTokenizer(pieces, numbering with { StartToken = source, Prefix = isLegacy ? [] : [source], Suffix = isLegacy ? [end, source] : [end] }),
            new RenumberedTokenizer(pieces, numbering with { StartToken = target, Prefix = [target], Suffix = [end] }),
            files,
            between)
        {
            Languages = codes,
            ForcedPrefix = [target],
        };
    }
}
