namespace KernelGen.Tests.Reference;

/// <summary>Makes the cases of theories.</summary>
internal static class Theories
{
    /// <summary>Every name with every value of an enumeration.</summary>
    public static TheoryData<string, T> WithEach<T>(IEnumerable<string> names)
        where T : struct, Enum
    {
        var data = new TheoryData<string, T>();
        foreach (string name in names)
        {
            foreach (T value in Enum.GetValues<T>())
            {
                data.Add(name, value);
            }
        }

        return data;
    }

    /// <summary>Every name with every pair of values of two enumerations.</summary>
    public static TheoryData<string, T1, T2> WithEach<T1, T2>(IEnumerable<string> names)
        where T1 : struct, Enum
        where T2 : struct, Enum
    {
        var data = new TheoryData<string, T1, T2>();
        foreach (TheoryDataRow<string, T1> row in WithEach<T1>(names))
        {
            foreach (T2 value in Enum.GetValues<T2>())
            {
                data.Add(row.Data.Item1, row.Data.Item2, value);
            }
        }

        return data;
    }
}
