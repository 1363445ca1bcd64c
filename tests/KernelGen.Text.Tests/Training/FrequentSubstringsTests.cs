namespace KernelGen.Text.Tests;

public class FrequentSubstringsTests
{
    [Fact]
    public void Texts_that_are_there_twice_and_go_on_in_several_ways_are_found_with_how_often_they_are_there()
    {
        var random = new Random(3);
        for (int round = 0; round < 200; round++)
        {
            string[] sentences = [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 20)).Select(_ => "aabbc 1!"[random.Next(8)]))), "a"];
            var options = new SentencePieceTrainingOptions { MaxPieceLength = random.Next(1, 6), CharacterCoverage = 1, Normalization = SentencePieceNormalization.Identity };
            PieceCorpus corpus = CorpusOf(sentences, options);
            var found = new FrequentSubstrings(corpus, options.MaxPieceLength, 1_000_000, CancellationToken.None);
            Dictionary<string, long> expected = Expected(corpus, options.MaxPieceLength);
            int characters = corpus.Alphabet.Length;
            var texts = Enumerable.Range(0, found.Parents.Length).Select(i => corpus.TextOf(corpus.Symbols.AsSpan(found.Places[i], found.Lengths[i]))).ToArray();
            Assert.Equal(
                expected.OrderBy(static text => text.Key, StringComparer.Ordinal),
                Enumerable.Range(characters, texts.Length - characters).Select(i => KeyValuePair.Create(texts[i], found.Scores[i])).OrderBy(static text => text.Key, StringComparer.Ordinal));

            // Those that a place begins with, the longest first.
            for (int place = 0; place < corpus.Symbols.Length; place++)
            {
                var here = new List<string>();
                for (int text = found.LongestAt[place]; text >= 0; text = found.Parents[text])
                {
                    Assert.True(found.Parents[text] < text);
                    here.Add(texts[text]);
                }

                string rest = corpus.TextOf(corpus.Symbols.AsSpan(place, corpus.Longest[place]));
                Assert.Equal(texts.Where(text => rest.StartsWith(text, StringComparison.Ordinal)).OrderByDescending(static text => text.Length), here);
            }
        }
    }

    [Fact]
    public void Of_too_many_those_that_cover_most_are_kept()
    {
        var options = new SentencePieceTrainingOptions { CharacterCoverage = 1, Normalization = SentencePieceNormalization.Identity };
        PieceCorpus corpus = CorpusOf(new LanguageByChance(9).Sentences(300), options);
        var all = new FrequentSubstrings(corpus, 16, 1_000_000, CancellationToken.None);
        var some = new FrequentSubstrings(corpus, 16, 100, CancellationToken.None);
        int characters = corpus.Alphabet.Length;
        Assert.Equal(100 + characters, some.Parents.Length);
        Assert.Equal(all.Scores.Skip(characters).OrderDescending().Take(100), some.Scores.Skip(characters).OrderDescending());
    }

    internal static PieceCorpus CorpusOf(string[] sentences, SentencePieceTrainingOptions options)
    {
        SentencePieceModel settings = SentencePieceModel.Read(SentencePieceModelWriter.Write(options, new SpecialPieces(options), [], SentencePieceModelWriter.Normalizer(options)), "The model");
        return PieceCorpus.Read(sentences, options, new SpecialPieces(options), new SentencePieceNormalizer(settings, null), CancellationToken.None);
    }

    /// <summary>By looking at all places for all texts.</summary>
    private static Dictionary<string, long> Expected(PieceCorpus corpus, int longest)
    {
        var counts = new Dictionary<string, (long Count, HashSet<string> Followers)>();
        for (int part = 0; part < corpus.Weights.Length; part++)
        {
            for (int start = corpus.Starts[part]; start < corpus.Starts[part + 1]; start++)
            {
                for (int length = 2; length <= Math.Min(longest, corpus.Longest[start]); length++)
                {
                    string text = corpus.TextOf(corpus.Symbols.AsSpan(start, length));
                    (long count, HashSet<string> followers) = counts.GetValueOrDefault(text, (0, []));
                    bool isWithin = start + length < corpus.Starts[part + 1];
                    followers.Add(isWithin ? corpus.TextOf(corpus.Symbols.AsSpan(start + length, 1)) : $"after {corpus.Followers[part]}");
                    if (!isWithin && corpus.Followers[part] is null)
                    {
                        followers.Add("anything");
                    }

                    counts[text] = (count + corpus.Weights[part], followers);
                }
            }
        }

        return counts.Where(static text => text.Value.Count > 1 && text.Value.Followers.Count > 1).ToDictionary(static text => text.Key, static text => text.Value.Count * text.Key.Length);
    }
}
