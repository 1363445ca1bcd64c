namespace KernelGen.Text;

/// <summary>Writes a model as <c>sentencepiece_model.proto</c>'s message, which SentencePiece reads and <see cref="SentencePieceModel"/>.</summary>
internal static class SentencePieceModelWriter
{
    /// <summary>What SentencePiece calls rules that it has no name for.</summary>
    private const string UserDefined = "user_defined";

    /// <summary>Writes a model.</summary>
    /// <param name="options">How it was made.</param>
    /// <param name="special">The special pieces.</param>
    /// <param name="pieces">The other pieces; they have the tokens that are left.</param>
    /// <param name="normalizer">How it normalises text, as <see cref="Normalizer"/> has it.</param>
    public static byte[] Write(SentencePieceTrainingOptions options, SpecialPieces special, IReadOnlyList<(string Text, float Score)> pieces, byte[] normalizer)
    {
        var model = new ProtobufWriter();
        int size = 0;
        int next = 0;
        foreach ((int token, (string text, PieceType type)) in special.All)
        {
            WritePieces(token - size);
            model.Write(1, Piece(text, 0, type));
            size++;
        }

        WritePieces(pieces.Count);
        model.Write(2, Trainer(options, size));
        model.Write(3, normalizer);
        return model.Written.ToArray();

        void WritePieces(int count)
        {
            for (int end = Math.Min(next + count, pieces.Count); next < end; next++, size++)
            {
                model.Write(1, Piece(pieces[next].Text, pieces[next].Score, PieceType.Normal));
            }
        }
    }

    private static ReadOnlySpan<byte> Piece(string text, float score, PieceType type)
    {
        var piece = new ProtobufWriter();
        piece.Write(1, text);
        piece.Write(2, score);
        if (type != PieceType.Normal)
        {
            piece.Write(3, (long)type);
        }

        return piece.Written;
    }

    private static ReadOnlySpan<byte> Trainer(SentencePieceTrainingOptions options, int size)
    {
        var trainer = new ProtobufWriter();
        trainer.Write(3, (long)ModelTypeOf(options.Kind));
        trainer.Write(4, size);
        trainer.Write(10, (float)options.CharacterCoverage);
        trainer.Write(20, options.MaxPieceLength);
        trainer.Write(21, options.SplitByUnicodeScript);
        trainer.Write(25, options.SplitDigits);
        foreach (string symbol in options.ControlSymbols)
        {
            trainer.Write(30, symbol);
        }

        foreach (string symbol in options.UserDefinedSymbols)
        {
            trainer.Write(31, symbol);
        }

        trainer.Write(33, !options.AllowSmallerVocabulary);
        trainer.Write(35, options.ByteFallback);
        trainer.Write(40, options.UnknownToken);
        trainer.Write(41, options.StartToken ?? -1);
        trainer.Write(42, options.EndToken ?? -1);
        trainer.Write(43, options.PadToken ?? -1);
        trainer.Write(45, options.UnknownPiece);
        trainer.Write(46, options.StartPiece);
        trainer.Write(47, options.EndPiece);
        trainer.Write(48, options.PadPiece);
        return trainer.Written;
    }

    /// <summary>How a model normalises text, which takes a while to compile where there are rules that have no name.</summary>
    public static byte[] Normalizer(SentencePieceTrainingOptions options)
    {
        bool hasMore = options.NormalizationRules.Count > 0;
        (string name, byte[] rules) = options.Normalization switch
        {
            SentencePieceNormalization.NmtNfkc => ("nmt_nfkc", hasMore ? WithMore(NormalizationRules.MakeNmtNfkc()) : NormalizationRules.NmtNfkc),
            SentencePieceNormalization.Nfkc => ("nfkc", hasMore ? WithMore(NormalizationRules.MakeNfkc()) : NormalizationRules.Nfkc),
            SentencePieceNormalization.Identity => ("identity", hasMore ? WithMore([]) : []),
            _ => throw new ArgumentException($"{nameof(options.Normalization)} is {options.Normalization}, which is none of its values.", nameof(options)),
        };
        var normalizer = new ProtobufWriter();
        normalizer.Write(1, hasMore ? UserDefined : name);
        normalizer.Write(2, rules);
        normalizer.Write(3, options.AddDummyPrefix);
        normalizer.Write(4, options.RemoveExtraWhiteSpace);
        normalizer.Write(5, true);
        return normalizer.Written.ToArray();

        byte[] WithMore(Dictionary<string, string> named) => NormalizationRules.Compile(named, options.NormalizationRules);
    }

    private static SentencePieceModelType ModelTypeOf(SentencePieceKind kind) => kind switch
    {
        SentencePieceKind.Unigram => SentencePieceModelType.Unigram,
        SentencePieceKind.Bpe => SentencePieceModelType.Bpe,
        SentencePieceKind.Character => SentencePieceModelType.Character,
        _ => throw new ArgumentException($"{nameof(SentencePieceTrainingOptions.Kind)} is {kind}, which is none of its values.", "options"),
    };
}
