using System.Diagnostics;
using KernelGen.Text;

namespace KernelGen.Benchmarks;

/// <summary>The model of samples/Translate, greedy, one sentence at a time, one thread, warm.</summary>
internal static class TranslationReport
{
    public static void Print(string modelFolder, string sentencesFile)
    {
        var source = VocabularyTokenizer.Load(Path.Combine(modelFolder, "source_vocabulary.json"));
        int[][] sentences =
        [
            .. File.ReadLines(sentencesFile)
                .Where(static line => !line.StartsWith('#') && line.Length > 0)
                .Select(line => source.Encode(line.Split('\t')[0])),
        ];
        Console.WriteLine($"Translation, greedy, one sentence at a time, one thread, warm: {sentences.Length} sentences of {Path.GetFileName(sentencesFile)}");
        foreach (InstructionSet instructionSet in Enum.GetValues<InstructionSet>().Reverse().Where(InstructionSets.IsSupported))
        {
            long start = Stopwatch.GetTimestamp();
            using ZhEn model = ZhEn.Load(Path.Combine(modelFolder, "model.safetensors"), new ModelLoadOptions { InstructionSet = instructionSet });
            double load = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            int tokens = 0;
            (double minimum, double median) = Timing.Measure(
                () => tokens = sentences.Sum(sentence =>
                {
                    Hypothesis hypothesis = model.Generate(sentence).Hypotheses[0];
                    return hypothesis.Tokens.Length + (hypothesis.FinishReason == FinishReason.EndToken ? 1 : 0);
                }),
                slices: 7);
            Console.WriteLine(
                $"  {instructionSet,-8} {sentences.Length / minimum,7:F0} sentences/s, {tokens / minimum,7:F0} tokens/s (median {sentences.Length / median:F0} and {tokens / median:F0}); "
                + $"loaded in {load:F0} ms, JIT compilation included");
        }
    }
}
