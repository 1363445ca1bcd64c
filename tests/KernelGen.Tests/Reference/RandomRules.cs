using CsCheck;
using KernelGen.Execution;

namespace KernelGen.Tests.Reference;

/// <summary>Searches, rules and definitions of any kind together.</summary>
internal static class RandomRules
{
    /// <summary>Any options that are taken: each number decides one of them, and 0 leaves it out.</summary>
    public static Gen<RuleCase> Of(ModelDescription model) => Gen.Int[0, 999].Array[40].Select(n =>
    {
        int maxLength = 1 + (n[0] % Math.Min(6, model.MaxTargetLength));
        int forcedEnd = n[1] % 6;
        int room = forcedEnd >= 4 ? maxLength - 1 : maxLength;
        int Token(int number) => number % model.TargetVocabularySize;
        int[] ends = n[26] % 3 == 1 ? [Token(n[27]), Token(n[28])] : n[26] % 3 == 2 && n[27] % 2 == 0 ? [Token(n[28])] : [];
        int[] prefix = [.. n[2..4].Take(n[4] % 3).Select(Token).Where(token => !ends.Contains(token) && (ends.Length > 0 || token != model.EndToken)).Take(room)];
        int search = n[5] % 3;
        bool isHuggingFace = n[29] % 2 == 1, hasOneVocabulary = model.SourceVocabularySize == model.TargetVocabularySize;
        int beams = search == 1 ? 2 + (n[18] % 4) : 1;
        int groups = isHuggingFace && beams % 2 == 0 ? new[] { 1, 2, beams }[n[30] % 3] : 1;
        var options = new GenerationOptions
        {
            MaxLength = maxLength,
            Definition = isHuggingFace ? SearchDefinition.HuggingFace : SearchDefinition.KernelGen,
            EarlyStopping = isHuggingFace ? (EarlyStopping)(n[31] % 3) : EarlyStopping.Heuristic,
            RenormalizeLogits = n[32] % 3 == 1,
            BeamGroups = groups,
            DiversityPenalty = groups > 1 ? 0.25 + (n[33] % 8 * 0.5) : 0,
            ForceEndToken = forcedEnd == 5,
            ForcedEndTokens = forcedEnd != 4 ? [] : isHuggingFace ? [Token(n[34]), Token(n[35])] : [Token(n[34])],
            EndTokens = [.. ends],
            BeginSuppressedTokens = n[36] % 3 == 1 ? [Token(n[14]), Token(n[37])] : [],
            EncoderNoRepeatNGramSize = hasOneVocabulary && n[37] % 3 == 1 ? 1 + (n[11] % 2) : 0,
            EncoderRepetitionPenalty = hasOneVocabulary && n[38] % 3 == 1 ? 0.5 + (n[38] % 20 / 10.0) : 1,
            ExponentialLengthPenalty = n[39] % 3 == 1 ? new(n[38] % 3, new[] { 0.5, 1.25, 1.5, 2 }[n[37] % 4]) : null,
            ForcedPrefix = [.. prefix],
            MinLength = n[6] % 3 == 1 ? n[7] % (room + 1) : 0,
            RepetitionPenalty = n[8] % 3 == 1 ? 0.5 + (n[9] % 20 / 10.0) : 1,
            NoRepeatNGramSize = n[10] % 3 == 1 ? 1 + (n[11] % 3) : 0,
            SuppressedTokens = n[12] % 3 == 1 ? [Token(n[13]), Token(n[14])] : [],
            SuppressedSequences = n[15] % 3 == 1 ? [[Token(n[16])], [Token(n[14]), Token(n[13])], [model.StartToken, Token(n[17])]] : [],
            BeamSize = beams,
            HypothesisCount = search == 0 ? 1 : 1 + (n[19] % 2),
            LengthPenalty = (n[20] % 3 * 0.7) - (isHuggingFace ? 0.7 : 0),
            ReturnScores = n[21] % 2 == 1,
            ReturnTokenLogProbabilities = n[21] % 3 > 0,
            Sampling = search == 2
                ? new SamplingOptions { Seed = n[18], Temperature = 0.5 + (n[22] % 3), TopK = n[23] % 9, TopP = 1 - (n[24] % 4 * 0.2), MinP = n[25] % 3 * 0.1 }
                : null,
        };
        int allows = n[22] % 5, stops = n[23] % 5;
        return new RuleCase(
            options,
            allows == 1 ? (tokens, token) => (token + tokens.Length + tokens.Sum()) % 3 != 0 : allows == 2 ? (tokens, token) => tokens.Length < 2 || token == model.EndToken : null,
            stops == 1 ? tokens => tokens[^1] % 5 == 1 : null);
    });
}
