using KernelGen.Tests.Reference;

namespace KernelGen.Audio.Tests.Models.Moonshine;

/// <summary>Moonshine as Hugging Face's code computes it, in plain loops and double precision.</summary>
/// <param name="tensors">Its checkpoint.</param>
/// <param name="heads">The number of heads.</param>
/// <param name="rotaryDimension">The numbers of a head that are turned; of an odd number one more.</param>
internal sealed class PlainMoonshine(IReadOnlyDictionary<string, Tensor> tensors, int heads, int rotaryDimension)
{
    /// <summary>The encoder output.</summary>
    public double[][] Encode(float[] samples)
    {
        double[][] rows = [.. samples.Select(static sample => new double[] { sample })];
        rows = Convolve(rows, "conv1", 64, Math.Tanh);
        GroupNorm(rows);
        rows = Convolve(rows, "conv2", 3, Gelu);
        rows = Convolve(rows, "conv3", 2, Gelu);
        for (int layer = 0; tensors.ContainsKey($"model.encoder.layers.{layer}.input_layernorm.weight"); layer++)
        {
            string name = $"model.encoder.layers.{layer}.";
            double[][] normed = Norm(rows, name + "input_layernorm");
            rows = Add(rows, Attend(name + "self_attn", normed, normed, isCausal: false, turns: true));
            double[][] wide = Linear(Norm(rows, name + "post_attention_layernorm"), name + "mlp.fc1");
            rows = Add(rows, Linear(Each(wide, Gelu), name + "mlp.fc2"));
        }

        return Norm(rows, "model.encoder.layer_norm");
    }

    /// <summary>The logits after each token of a target.</summary>
    public double[][] Logits(double[][] memory, int[] target)
    {
        Tensor embedding = tensors["model.decoder.embed_tokens.weight"];
        double[][] rows = [.. target.Select(token => Array.ConvertAll(embedding.Row(token).ToArray(), static value => (double)value))];
        for (int layer = 0; tensors.ContainsKey($"model.decoder.layers.{layer}.input_layernorm.weight"); layer++)
        {
            string name = $"model.decoder.layers.{layer}.";
            double[][] normed = Norm(rows, name + "input_layernorm");
            rows = Add(rows, Attend(name + "self_attn", normed, normed, isCausal: true, turns: true));
            rows = Add(rows, Attend(name + "encoder_attn", Norm(rows, name + "post_attention_layernorm"), memory, isCausal: false, turns: false));
            double[][] wide = Linear(Norm(rows, name + "final_layernorm"), name + "mlp.fc1");
            int half = wide[0].Length / 2;
            double[][] gated = [.. wide.Select(row => row[..half].Zip(row[half..], static (value, gate) => gate / (1 + Math.Exp(-gate)) * value).ToArray())];
            rows = Add(rows, Linear(gated, name + "mlp.fc2"));
        }

        return Linear(Norm(rows, "model.decoder.norm"), "model.decoder.embed_tokens");
    }

    /// <summary>A head with each pair of its first numbers turned by its position.</summary>
    public static double[] Turn(double[] head, int position, int rotaryDimension)
    {
        double[] turned = [.. head];
        for (int i = 0; i < rotaryDimension; i += 2)
        {
            double angle = position * Math.Pow(10000, -(double)i / rotaryDimension);
            turned[i] = (head[i] * Math.Cos(angle)) - (head[i + 1] * Math.Sin(angle));
            turned[i + 1] = (head[i + 1] * Math.Cos(angle)) + (head[i] * Math.Sin(angle));
        }

        return turned;
    }

    private static double Gelu(double x) => ReferenceMath.Activate(Activation.Gelu, x);

    private static double[][] Each(double[][] rows, Func<double, double> function) => [.. rows.Select(row => Array.ConvertAll(row, value => function(value)))];

    private static double[][] Add(double[][] rows, double[][] others) => [.. rows.Zip(others, static (row, other) => row.Zip(other, static (a, b) => a + b).ToArray())];

    private double[][] Convolve(double[][] rows, string name, int step, Func<double, double> function)
    {
        Tensor weight = tensors[$"model.encoder.{name}.weight"];
        float[]? bias = tensors.GetValueOrDefault($"model.encoder.{name}.bias")?.Values;
        (int outputs, int channels, int taps) = (weight.Shape[0], weight.Shape[1], weight.Shape[2]);
        double[][] result = new double[((rows.Length - taps) / step) + 1][];
        for (int row = 0; row < result.Length; row++)
        {
            result[row] = new double[outputs];
            for (int output = 0; output < outputs; output++)
            {
                double sum = bias?[output] ?? 0;
                for (int i = 0; i < channels * taps; i++)
                {
                    sum += weight.Row(output)[i] * rows[(row * step) + (i % taps)][i / taps];
                }

                result[row][output] = function(sum);
            }
        }

        return result;
    }

    private void GroupNorm(double[][] rows)
    {
        double mean = rows.SelectMany(static row => row).Average();
        double variance = rows.SelectMany(static row => row).Average(value => (value - mean) * (value - mean));
        float[] gamma = tensors["model.encoder.groupnorm.weight"].Values, beta = tensors["model.encoder.groupnorm.bias"].Values;
        foreach (double[] row in rows)
        {
            for (int i = 0; i < row.Length; i++)
            {
                row[i] = ((row[i] - mean) / Math.Sqrt(variance + 1e-5) * gamma[i]) + beta[i];
            }
        }
    }

    private double[][] Norm(double[][] rows, string name)
    {
        float[] gamma = tensors[name + ".weight"].Values;
        return
        [
            .. rows.Select(row =>
            {
                double mean = row.Average();
                double deviation = Math.Sqrt(row.Average(value => (value - mean) * (value - mean)) + 1e-5);
                return row.Select((value, i) => (value - mean) / deviation * gamma[i]).ToArray();
            }),
        ];
    }

    private double[][] Linear(double[][] rows, string name)
    {
        Tensor weight = tensors[name + ".weight"];
        float[]? bias = tensors.GetValueOrDefault(name + ".bias")?.Values;
        return
        [
            .. rows.Select(row => Enumerable.Range(0, weight.Shape[0]).Select(output =>
            {
                double sum = bias?[output] ?? 0;
                for (int i = 0; i < row.Length; i++)
                {
                    sum += weight.Row(output)[i] * row[i];
                }

                return sum;
            }).ToArray()),
        ];
    }

    private double[][] Attend(string name, double[][] rows, double[][] memory, bool isCausal, bool turns)
    {
        double[][] queries = Linear(rows, name + ".q_proj"), keys = Linear(memory, name + ".k_proj"), values = Linear(memory, name + ".v_proj");
        int width = queries[0].Length / heads;
        double[][] context = [.. rows.Select(_ => new double[queries[0].Length])];
        for (int first = 0; first < width * heads; first += width)
        {
            double[][] headQueries = [.. queries.Select((row, position) => Head(row, first, width, position, turns))];
            double[][] headKeys = [.. keys.Select((row, position) => Head(row, first, width, position, turns))];
            for (int row = 0; row < rows.Length; row++)
            {
                int visible = isCausal ? row + 1 : memory.Length;
                double[] scores = [.. headKeys.Take(visible).Select(key => key.Zip(headQueries[row], static (a, b) => a * b).Sum() / Math.Sqrt(width))];
                double[] exponentials = Array.ConvertAll(scores, score => Math.Exp(score - scores.Max()));
                double total = exponentials.Sum();
                for (int i = 0; i < width; i++)
                {
                    context[row][first + i] = exponentials.Select((exponential, position) => exponential / total * values[position][first + i]).Sum();
                }
            }
        }

        return Linear(context, name + ".o_proj");
    }

    private double[] Head(double[] row, int first, int width, int position, bool turns) =>
        turns ? Turn(row[first..(first + width)], position, rotaryDimension) : row[first..(first + width)];
}
