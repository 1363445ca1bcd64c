using CsCheck;

namespace KernelGen.Audio.Tests;

public class LiveResamplerTests
{
    [Fact]
    public void Sound_that_comes_bit_by_bit_has_the_samples_of_the_whole() =>
        Gen.Select(Gen.OneOf(1_000, 8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 44_101), Gen.Int[0, 3000].Array[0, 12], Gen.Int[1, 4096]).Sample(static (rate, parts, room) =>
        {
            var random = new Random(1);
            float[] samples = new float[parts.Sum()];
            foreach (ref float sample in samples.AsSpan())
            {
                sample = (2 * random.NextSingle()) - 1;
            }

            var resampler = new LiveResampler(rate, 16_000, 3000);
            var all = new List<float>();
            float[] made = new float[room];
            int start = 0;
            foreach (int part in parts)
            {
                resampler.Add(samples.AsSpan(start, part));
                start += part;
                ReadAll();

                // Nothing that can be made is held back for long: a filter reaches some hundredths of a second ahead.
                Assert.True(all.Count >= ((start / (double)rate) - 0.1) * 16_000);
            }

            resampler.End();
            ReadAll();
            using AudioReader whole = new SampleReader(samples, rate).Resample(16_000);
            Assert.Equal(whole.ReadToEnd(), all);

            void ReadAll()
            {
                for (int count; (count = resampler.Read(made)) > 0;)
                {
                    all.AddRange(made.AsSpan(0, count));
                }
            }
        }, iter: 200);
}
