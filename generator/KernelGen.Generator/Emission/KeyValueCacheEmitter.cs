using KernelGen.Generator.Planning;

namespace KernelGen.Generator.Emission;

/// <summary>Writes the kernels that put keys and values into the caches.</summary>
internal static class KeyValueCacheEmitter
{
    public static GeneratedFile Emit(KernelContext context) => context.File(
        "KeyValueCache",
        "Keys and values into the caches: keys transposed in panels of 16 positions, values row by row.",
        writer =>
        {
            int width = context.Plan.Attention.Width;
            writer.Write(
                $$"""
                /// <summary>Appends to the self-attention cache.</summary>
                {{KernelContext.Optimized}}
                public static void AppendKeysAndValues(float* queryKeyValue, int rows, int firstPosition, float* keys, float* values) =>
                    StoreKeysAndValues(queryKeyValue + {{width}}, {{3 * width}}, rows, firstPosition, keys, values);

                /// <summary>Stores the encoder output's keys and values for cross-attention.</summary>
                {{KernelContext.Optimized}}
                public static void StoreCrossKeysAndValues(float* keyValue, int rows, float* keys, float* values) =>
                    StoreKeysAndValues(keyValue, {{2 * width}}, rows, 0, keys, values);
                """);
            writer.Write();
            writer.Write(KernelContext.Optimized);
            using (writer.Open("private static void StoreKeysAndValues(float* keyValue, int stride, int rows, int firstPosition, float* keys, float* values)"))
            {
                using (writer.Open("for (int position = firstPosition; position < firstPosition + rows; position++)"))
                {
                    writer.Write($"float* keyColumn = keys + ((nint)(position >> 4) * {width * VectorSet.PanelWidth}) + (position & 15);");
                    using (writer.Open($"for (int i = 0; i < {width}; i++)"))
                    {
                        writer.Write("keyColumn[i * 16] = keyValue[i];");
                    }

                    writer.Write($"float* valueRow = values + ((nint)position * {width});");
                    using (writer.Open($"for (int i = 0; i < {width}; i += {context.Vectors.Lanes})"))
                    {
                        writer.Write($"{context.At("valueRow + i")} = {context.At($"keyValue + {width} + i")};");
                    }

                    writer.Write("keyValue += stride;");
                }
            }
        });
}
